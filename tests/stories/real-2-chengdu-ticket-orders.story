# A third-party air-ticket platform in Chengdu was broken into; 11,094 ticket orders leaked (May 2025).
# Source: Sichuan police (四川公安机关网安部门), typical cases, first case; republished at
# http://news.tianlu58.com/374551.html
# Published: the number of orders, not of persons; no time of discovery. An order may name several
# people, yet 1,000,000 persons would need ninety in each order.

clock 2026-03-02T02:00:00+08:00
open 机票订单泄露 | learned_at=01:30
set pi_persons=11094 suspected_crime=yes harm_to_public=yes
level general..particularly_major
reportable undecided
asks_not pi_persons
duty crime_report yes running none
set involves_cii=no central_organ=no
duty first_report.provincial_cac undecided running 05:30

# Everything else is denied, one after the other; the judgement of the data stays.
set site_classes=none illegal_content=no site_down=0m affected_persons=0
set share_province_pct=0 share_prefecture_pct=0 direct_loss_rmb=0 system_loss=none other_threat=none
set data_kinds=pi_fairly_large
level general..relatively_major
asks data_threat
duty first_report.provincial_cac undecided running 05:30

# It is not known by the deadline: a precautionary report is always allowed.
clock 2026-03-02T05:00:00+08:00
sent first_report.provincial_cac provincial_cac hotline_12387 H-77
duty first_report.provincial_cac undecided met 05:30
set data_threat=none
level general..general
reportable no
duty first_report.provincial_cac no met 05:30
duty crime_report yes running none
