# Users of China Telecom in Guangdong could not call or get online on 2023-06-08 from about 14:00.
# Sources: Guangdong Communications Administration (广东信息通信业), republished at
# http://getaca.cn/chanjing/2023-06-09/132358.html ; Yangcheng Evening News, in translation at
# https://www.breakinglatest.news (telecommunications network in the province) ; That's,
# http://www.thatsmags.com/china/post/36047/china-telecom-signal-outage-disrupts-guangdong-communication
# Published: 16:11 the company speaks; from 16:30 calls come back; 17:50 the network is normal.
# Not published: whether it was 关键信息基础设施, how many users, when the company first knew.
# learned_at is the latest possible moment. The track taken below is a supposition.

clock 2023-06-08T16:20:00+08:00
open 全省移动业务中断 | learned_at=16:11
set harm_to_public=yes central_organ=no
level general..particularly_major
duty first_report.police undecided running 17:11
duty first_report.provincial_cac undecided running 20:11
duty first_report.ministry_cac_office no none none
asks involves_cii
asks affected_persons

# Supposed: CII, in its main functions. 较大 at once, and 重大 eleven minutes before the report is due.
set involves_cii=yes cii_main_down=since:14:00
level relatively_major..particularly_major
reportable yes
forecast 17:00 major
duty first_report.protection_department yes running 17:11
duty first_report.police yes running 17:11
duty first_report.provincial_cac no none none
duty relay.protection_department.mps undecided waiting none

failed first_report.protection_department protection_department phone 占线
duty first_report.protection_department yes running 17:11
clock 2023-06-08T16:40:00+08:00
sent first_report.protection_department protection_department phone
sent first_report.police police phone
received first_report.protection_department protection_department B-1
duty first_report.police yes met 17:11

# At 17:00 it becomes 重大. The report that was received said 较大, so the relay waits for the news of it.
clock 2023-06-08T17:05:00+08:00
level major..particularly_major
duty relay.protection_department.mps yes waiting none
sent progress protection_department phone
sent progress police phone
received progress protection_department B-2
duty relay.protection_department.mps yes running 17:35
duty relay.protection_department.national_cac yes running 17:35

# The published ends lie on either side of three hours; the responder chooses, and may correct.
clock 2023-06-08T18:00:00+08:00
set cii_main_down=14:00..16:30
level relatively_major..particularly_major
set cii_main_down=14:00..17:50
level major..particularly_major
set handling_ended_at=17:50
duty closing_report yes running 2023-07-08T17:50:00+08:00
