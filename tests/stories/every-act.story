# Every act once, told one answer at a time: what no published incident shows whole.

clock 2026-03-02T02:05:00+08:00
open 票务主功能中断 | learned_at=01:30
set involves_cii=yes
set cii_main_down=since:01:10
set affected_persons=120万
set share_province_pct=29.9
set site_classes=gov_county,platform_other
set spread_finding=none
set other_threat=general
set enterprise_reading=any
set affected_persons=?
note 已通知值班长
failed first_report.police police phone 占线
sent first_report.police police phone A-17
received first_report.police police G-77
duty first_report.police yes met 02:30
correct 13 编号写错 | reference=A-18
correct 11 重复

# Past the hour: the other body is told late.
clock 2026-03-02T02:41:00+08:00
sent first_report.protection_department protection_department phone
duty first_report.protection_department yes met_late 02:30
waive crime_report 没有涉嫌犯罪的迹象
handover 李工
accept 19 李工
accept 19 李工
refused
set handling_ended_at=02:40
close 还没有完
refused
waive progress 没有重要进展
waive supplement 已写全
sent closing_report protection_department written
sent closing_report police written
set state_secrets=no
set central_organ=no
