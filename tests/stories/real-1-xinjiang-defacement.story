# A regional internet company's portal and sub-pages of eight sites that it maintains were changed to
# gambling content while the only administrator was on leave; the cyberspace authority found it.
# Source: 国家网信办发布近期网络安全、数据安全、个人信息保护相关执法典型案例, case 2 (网信中国, 2025-09-16),
# republished at https://www.kankanews.com/detail/djQKKJ4lxQO
# Published: what happened, not when and for how long, nor whose the eight sites were. The times here
# are placeholders; what the publication leaves open stays open.

clock 2026-03-02T09:00:00+08:00
open 门户及八个网站被改为赌博内容 | learned_at=08:40
level none..particularly_major
reportable undecided
set illegal_content=yes harm_to_public=yes suspected_crime=yes
level general..particularly_major
duty first_report.protection_department undecided running 09:40
duty first_report.ministry_cac_office undecided running 10:40
duty first_report.provincial_cac undecided running 12:40
duty crime_report yes running none
asks site_classes

# A private company: the two-hour track goes away.
set central_organ=no
duty first_report.ministry_cac_office no none none
set involves_cii=no
duty first_report.police no none none
duty first_report.provincial_cac undecided running 12:40
asks_not cii_main_down

# Only its own portal: the top falls to 重大, under the narrow reading to 较大.
set site_classes=enterprise_other data_kinds=none site_down=0m affected_persons=0 pi_persons=0
set share_province_pct=0 share_prefecture_pct=0 direct_loss_rmb=0 system_loss=none other_threat=none
level general..major
asks enterprise_reading
set enterprise_reading=prefecture_or_above
level general..relatively_major

# The file times of the altered pages answer for how long: from two hours on a sub-page it is 较大.
set defaced_other=1h59m defaced_home=0m reposts=? views=? spread_finding=none
level general..relatively_major
set defaced_other=2h
level relatively_major..relatively_major
reportable yes
duty first_report.provincial_cac yes running 12:40
duty relay.provincial_cac.national_cac no none none
next first_report.provincial_cac

clock 2026-03-02T10:05:00+08:00
sent first_report.provincial_cac provincial_cac web_12387 R-1
duty first_report.provincial_cac yes met 12:40
sent crime_report police in_person
duty crime_report yes met none
