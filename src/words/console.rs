//! Labels of the full-screen console. No sign whose width terminals disagree about.

use crate::words;

words! {
    /// One text of the console.
    pub enum Word {
        // Screens.
        Board: "事件", "incidents";
        Incident: "计时", "incident";
        Triage: "研判", "triage";
        Facts: "全部事实", "all facts";
        Record: "记录", "record";
        Why: "为何", "why";
        Law: "法规", "the law";
        Help: "帮助", "help";
        Palette: "命令", "commands";
        CtxGlobal: "各屏", "everywhere";
        CtxForm: "表单", "forms";
        CtxRead: "阅读", "reading";
        CtxSave: "存到别处", "saving elsewhere";
        CtxBanner: "未能记录", "not recorded";
        Exercise: "演练 EXERCISE", "EXERCISE 演练";

        // Keys.
        KeyWhere: "界面", "screen";
        Key: "键", "key";
        KeyDoes: "作用", "does";
        KeyName: "配置名", "name in configuration";
        ActOpen: "打开", "open";
        ActNew: "新建", "new";
        ActTriage: "研判", "triage";
        ActSent: "记录已报", "record as sent";
        ActReceived: "已收到", "acknowledged";
        ActRecord: "记录", "record";
        ActWhy: "为何", "why";
        ActQuit: "退出", "quit";
        ActNote: "备注", "note";
        ActHandOver: "交接", "hand over";
        ActWaive: "不适用", "does not apply";
        ActEnded: "处置结束", "handling ended";
        ActClose: "结束事件", "close the incident";
        ActLaw: "法规与未决点", "the law and its open points";
        ActList: "列表", "list";
        ActConfirm: "确认并记录", "confirm and record";
        ActNextQuestion: "下一题", "next question";
        ActPrevQuestion: "上一题", "question before";
        ActToggle: "勾选", "tick";
        ActYes: "是", "yes";
        ActNo: "否", "no";
        ActAnswer: "回答", "answer";
        ActNextField: "下一栏", "next field";
        ActPrevField: "上一栏", "field before";
        ActLeft: "改选", "other choice";
        ActRight: "改选 (向后)", "choice after";
        ActEntry: "展开", "whole entry";
        ActCorrect: "更正", "correct";
        ActRun: "执行", "do it";
        ActHandOverTo: "交给..", "hand over to ..";
        ActAccept: "接受交接", "accept it";
        ActSign: "签检查点", "sign checkpoint";
        ActExport: "导出", "export";
        ActSaveAs: "存到别处", "save elsewhere";
        ActSave: "写入新文件", "write a new file";
        ActAcknowledge: "知道了", "understood";
        ActUp: "上移", "up";
        ActDown: "下移", "down";
        ActPageUp: "上一页", "page up";
        ActPageDown: "下一页", "page down";
        ActTop: "到头", "to the top";
        ActBottom: "到尾", "to the end";
        ActBack: "返回", "back";
        ActPalette: "命令", "commands";
        ActHelp: "帮助", "help";
        ActLanguage: "EN", "中文";
        ActRepaint: "重画", "paint again";
        ActSuspend: "挂起", "suspend";

        // Header and line of notices.
        Synced: "时钟已同步", "clock synced";
        NotSynced: "!! 时钟未同步", "!! clock not synced";
        SyncUnknown: "时钟同步不明", "clock sync unknown";
        Writing: "正在写入.. 尚未记录", "writing.. not recorded yet";
        StillWriting: "正在写入, 请稍候", "still writing, please wait";
        Recorded: "已记录 #{0}", "recorded as #{0}";
        Opened: "已立案 {0}", "opened {0}";
        RecordedAndOthers: "已记录 #{0}; {1} 也刚写入了记录", "recorded as #{0}; {1} has just added to the record, too";
        LittleRoom: "磁盘只剩 {0}", "{0} of disk left";
        NothingDone: "没有记录", "nothing was recorded";
        ActRecordAnyway: "照样记录", "record it all the same";
        ActDoNotRecord: "不记录", "do not record";
        CtxAsk: "记录前的提问", "asked before recording";
        OthersWrote: "{0} 刚刚写入了记录", "{0} has just added to the record";
        NotRecorded: "未能确认写入磁盘", "NOT RECORDED for certain";
        Unsaved: "未保存的内容, 请抄下 (是一条命令), 或按 s 存到别处:", "what was not saved, as a command: copy it, or press s to save it elsewhere:";
        SavedAs: "已存到 {0}; 它还不在记录里", "saved in {0}; it is not in the record yet";
        SaveWhere: "存到哪个新文件: ", "into which new file: ";
        Reading: "正在读取附件.. 尚未记录", "reading the files.. not recorded yet";
        Signing: "正在签名.. 密钥可能在等你确认或触碰; 其余照常可用", "signing.. the key may wait for your touch; all else goes on";
        Exporting: "正在导出..", "exporting..";
        PathFirst: "先写出文件路径", "type the path of a file first";
        KeptBack: "已恢复 {0} 未记录的内容; 先看记录里有没有", "what you were typing at {0} is back; see first whether it is in the record";
        KeptBackMore: "已恢复 {0} 未记录的内容; 另有 {1} 份, 打开同一表单时还在", "what you were typing at {0} is back; {1} more are kept until their forms are opened";
        KeptNew: "{0} 有一份没填完的新建表单, 按 N 继续", "a new incident was being typed at {0}; N goes on with it";
        AlsoOn: "同时在线 {0}", "also on: {0}";
        NewerPack: "规则包已有新版 {0}, 本事件按 {1} 判断", "the rules have a newer edition {0}; this incident is judged by {1}";
        HandOverOpen: "{0} 交给 {1} ({2}): 交接待接受 (h)", "{0} hands over to {1} ({2}): waits to be accepted (h)";
        TakenOver: "{1} 由 {0} 接手", "{0} took over {1}";
        HandOverWaits: "交接待接受: {0}", "hand-over waits for {0}";
        DraftKept: "未记录; 已填内容保留, 再打开还在", "not recorded; what you typed is kept for when you come back";
        DraftBack: "已恢复上次未记录的内容", "what you typed before is back";
        BadAction: "配置中的动作 `{0}` 不存在", "configuration names an unknown action `{0}`";
        BadKey: "配置中的键 `{0}` 读不懂", "configuration names an unreadable key `{0}`";
        KeyTaken: "配置中的键 `{0}` 已有别的作用, 先列出的有效", "the configured key `{0}` already does something else; the first in the table wins";
        NoIncident: "没有事件 `{0}`", "there is no incident `{0}`";
        NoneOpen: "没有选中的事件", "no incident is chosen";

        // Board.
        BoardCounts: "全部 {0}  进行中 {1}", "all {0}  open {1}";
        Damaged: "{0}  记录有问题: {1}", "{0}  the record has a problem: {1}";
        NoIncidents: "没有事件", "no incidents";
        NoIncidentsHow: "按 N 新建: 写标题和何时获知, 时限立即起算", "press N to open one: a title and when you learned of it; the clocks start at once";
        NoIncidentsEarly: "拿不准也先立案; 提早报告总是可以的", "open one when in doubt; reporting early is always allowed";
        ColIncident: "事件", "incident";
        ColLevel: "等级", "level";
        ColDue: "最近期限", "next due";
        ColLeft: "还剩", "left";
        ClosedAt: "{0} 结束", "closed {0}";
        Closed: "已结束", "closed";
        NoClock: "无时限", "no clock";
        FindOut: "待查: {0}", "find out: {0}";

        // Incident.
        Level: "等级", "level";
        Mind: "注意", "mind";
        Chain: "链", "chain";
        Next: "下一步", "next";
        UnknownLabel: "未知", "unknown";
        RecordLabel: "记录", "record";
        LevelSettled: "{0} 已定", "{0}, settled";
        LevelAtLeast: "至少 {0}", "at least {0}";
        LevelIf: "{0} 若 {1} 未恢复", "{0} unless over by {1}";
        LevelMaybe: "{0} 不能排除: {1}", "{0} not excluded: {1}";
        WillBe: "将升为 {0}", "becomes {0}";
        Before: "{0} 前", "by {0}";
        Excluded: "不适用 {0} 项 (Enter 展开)", "{0} that do not apply (Enter lists them)";
        PartlySent: "已报 {0}/{1}", "told {0} of {1}";
        AttemptsFailed: "{0} 次未成功", "{0} attempts failed";
        Attempts: "已报 {0} 次", "{0} reports so far";
        NotSent: "未报", "open";
        Arguable: "有争议 {0}", "arguably {0}";
        AllReceived: "已收到", "acknowledged";
        NotYetReceived: "未确认收到", "not acknowledged";
        AfterAnchor: "{0}后 {1}", "{1} from {0}";
        AfterReceipt: "收到后 {0}", "{0} from receipt";
        AfterSent: "首报后 {0}", "{0} from first report";
        ChainGot: "{0} 收到", "got it {0}";
        ChainSent: "{0} 已报", "told {0}";
        IsClosed: "事件已结束: {0}", "closed: {0}";
        NextTell: "报 {0}: {1}", "tell {0}: {1}";
        NextTriage: "研判 (t): {0} 个未知; 最迟 {2} 定级, 最早期限可能是 {1}", "triage (t): {0} unknowns; decide by {2}, the earliest limit could be {1}";
        NextLate: "定级已晚, 先报: {0}", "past the time to decide, report first: {0}";
        NextThenDecide: "{0}; 待定的最迟 {1} 定级", "{0}; decide the rest by {1}";
        NextThenLate: "{0}; 另有待定的已过定级时间, 也先报", "{0}; others are past the time to decide: report those, too";
        DecideBy: "最迟 {0} 定级", "decide by {0}";
        DecideLate: "定级已晚, 先报", "too late to decide: report";
        NextTriageCalm: "研判 (t): 还有 {0} 个未知", "triage (t): {0} unknowns";
        NextNothing: "没有到期的报告; 有新情况请更新", "no report is due; update when something changes";
        NoNumber: "号码未登记 (写进通讯录文件)", "no number on file (put it into your directory file)";
        MayGoFirst: "首报可先报第 {0} 项, 其余待查", "items {0} may go first, the rest while you find out";
        CouldStart: "{0} (可定 {1} 的期限)", "{0} (limit {1})";
        AllKnown: "没有未知", "nothing";
        RecordCount: "{0} 条", "{0} entries";
        RecordHead: "头 {0}", "head {0}";
        WarnDenied: "矛盾: 答「{0}」为否, 但已达门槛; 等级照旧", "contradiction: {0} is denied, yet a threshold is met; the level stands";
        WarnPresupposes: "矛盾: 已答 {0}, 但 {1} 排除它", "contradiction: {0} was answered, yet {1} excludes it";

        // Triage.
        TriageCounts: "已答 {0}  未知 {1}  跳过 {2}", "answered {0}  open {1}  put off {2}";
        Again: "改答", "change";
        Yes: "是", "yes";
        No: "否", "no";
        Unknown: "还不知道", "not known yet";
        NotYet: "尚无", "not yet";
        NotAtAll: "没有中断 / 没有发生", "not at all";
        Zero: "没有 (0)", "none (0)";
        NoneOfThem: "都不是", "none of them";
        GoesOnSince: "仍在持续, 自", "goes on, since";
        Lasted: "已结束, 历时", "over, lasted";
        AtMoment: "时刻", "at";
        Amount: "数值", "amount";
        TypeCount: "例 1200000, 120万, 1.2m", "e.g. 1200000, 120万, 1.2m";
        TypePercent: "0 到 100, 例 29.9", "0 to 100, e.g. 29.9";
        TypeSince: "例 01:10, 20m ago; 看手表: 01:10 表", "e.g. 01:10, 20m ago; by a watch: 01:10 watch";
        TypeLasted: "例 2h30m, 01:10..02:40", "e.g. 2h30m, 01:10..02:40";
        TypeMoment: "例 now, 01:30, 20m ago; 看手表: 01:30 表", "e.g. now, 01:30, 20m ago; by a watch: 01:30 watch";
        TypeFirst: "先写出数值", "type it first";
        IfAnswered: "若答「{0}」", "if: {0}";
        NoChange: "等级和期限不变", "no level and no limit changes";
        ManyBlocked: "{0} 项报告被阻止", "{0} reports are blocked";
        ManyGone: "{0} 项不再适用", "{0} duties no longer apply";
        Contradiction: "与已有答案矛盾", "contradicts other answers";
        AtLeast: "至少 {0}", "at least {0}";
        AtMost: "至多 {0}", "at most {0}";
        OpenMoves: "未知 {0} -> {1}", "open questions {0} -> {1}";
        ForecastGone: "不再预计升级", "no rise of the level ahead";
        WhyNow: "为何先问这一题: {0}", "why now: {0}";
        WhyDue: "可定 {0} 的期限, 共 {1} 项义务", "settles {1} duties, the first by {0}";
        WhyDueOne: "可定 {0} 的期限", "settles the duty that ends {0}";
        WhySettlesOne: "可定 1 项义务", "settles one duty";
        WhyExcludesOne: "可排除 1 个未定结论", "may exclude one outcome";
        WhySettles: "可定 {0} 项义务", "settles {0} duties";
        WhyCould: "可能到 {0}", "could reach {0}";
        WhyExcludes: "可排除 {0} 个未定结论", "may exclude {0} outcomes";
        WhyAnchor: "时限从这一刻起算", "clocks count from this moment";
        WhyNotAsked: "这一题现在不影响时限和等级", "it changes no clock and no level at present";
        NothingToAsk: "没有要问的了", "nothing is left to ask";
        OnlySkipped: "只剩跳过的; 有消息再答", "only those put off are left; answer when you know";
        NotRelevant: "目前不影响结论", "makes no difference at present";

        // Forms.
        FormNew: "新建事件", "new incident";
        FormSent: "记录已报", "record as sent";
        FormReceived: "记录已收到", "record as acknowledged";
        FormWaive: "不适用, 因为", "does not apply, because";
        FormCorrect: "更正", "correct";
        FormNote: "备注", "note";
        FormHandOverShort: "交接", "handed";
        FormHandOver: "交接", "hand over";
        FormTakeOver: "接受交接", "take over";
        FormClose: "结束事件", "close the incident";
        FormExport: "导出记录", "export the record";
        FieldTitle: "标题", "title";
        FieldLearnedAt: "何时发现或获知", "learned at";
        FieldPacks: "适用规则", "rules";
        FieldDuty: "义务", "duty";
        FieldTo: "报给", "to";
        FieldToWhom: "报给 / 交给", "to";
        FieldSuccessor: "交给", "hand over to";
        FieldTaker: "接手人", "who takes over";
        FieldChannel: "渠道", "channel";
        FieldReference: "编号", "reference";
        FieldHappenedAt: "实际时间", "happened at";
        FieldFiles: "附件", "files";
        FieldFailed: "未成功的原因", "failed because";
        FieldLate: "超时的原因", "late because";
        FieldOfficer: "接收人", "taken by";
        FieldBecause: "原因", "because";
        FieldWhich: "更正哪一项", "which field";
        FieldValue: "改为", "new value";
        FieldText: "内容", "text";
        FieldPath: "新文件", "new file";
        HintPath: "不覆盖已有文件; 有密钥时先签检查点; 直接输入即替换", "never over another; signs before, where a key is set; typing replaces it";
        HintTitle: "一句话, 不写涉密内容", "one line; nothing secret";
        HintLearnedAt: "now, 01:30, 20m ago; 取较早的一刻; 看手表: 01:30 表", "now, 01:30, 20m ago; the earlier one; by a watch: 01:30 watch";
        HintChoice: "左右键改选", "left and right change it";
        HintSuccessor: "接手人的姓名", "the name of whoever takes over";
        HintTaker: "姓名, 会留在记录里; 直接输入即替换", "by name; it stays in the record; typing replaces it";
        HintPacks: "左右键移动, 空格勾选", "left and right move, space ticks";
        HintOptional: "可留空", "may be empty";
        HintHappenedAt: "空 = 现在; 02:05, 20m ago; 看手表: 02:05 表", "empty = now; 02:05, 20m ago; by a watch: 02:05 watch";
        HintFiles: "文件路径, 多个用 ; 分开; 只记名称和摘要", "paths, several with ; between; name and digest are kept";
        HintFailed: "报成功的留空", "empty if it went through";
        HintLate: "已超时, 写明原因", "past its limit; say why";
        HintBecause: "必填, 会留在记录里", "needed; it stays in the record";
        HintValue: "新的值; ? 表示不知道", "the new value; ? for unknown";
        HintText: "不写涉密内容; Ctrl-J 换行", "nothing secret; Ctrl-J breaks the line";
        OneOf: "{0}/{1}", "{0}/{1}";
        Withdraw: "撤回整条", "withdraw the whole entry";
        NothingSent: "还没有已报的记录; 先按 r 记录已报", "nothing was sent yet; record it with r first";
        AlreadyWithdrawn: "这一条已经撤回", "that entry was withdrawn already";
        NothingToCorrect: "这一条不能更正", "that entry cannot be corrected";
        AgainToConfirm: "若无误按 y 照样记录, 按 n 不记录", "y records it all the same, n does not";
        NoMatch: "没有这样的命令", "no such command";

        // Record.
        CorrectedBy: "[已由 #{0} 更正]", "[corrected by #{0}]";
        DetailAt: "记录于 {0}", "recorded {0}";
        DetailHappened: "发生于 {0}", "happened {0}";
        DetailBy: "由 {0} ({1})", "by {0} ({1})";
        DetailFile: "附件 {0}, {1} 字节, SHA-256 {2}", "file {0}, {1} bytes, SHA-256 {2}";
        DetailNow: "经 #{0} 更正后: {1}", "as #{0} corrected it: {1}";
        DetailWithdrawn: "已由 #{0} 撤回, 不再计入", "withdrawn by #{0}; no longer counts";

        // Why.
        StrictClock: "严格算法: 自{0} {1} 起, {2} 止  {3}", "strict clock: from {0} {1} to {2}  {3}";
        ArguableClock: "另一算法: 自得知达到等级 {0} 起, {1} 止; 有争议, 按严格算法报", "arguable clock: from when the level was known, {0}, to {1}; report by the strict one";
        StartedAt: "自{0} {1} 起, 法律没有定小时数", "from {0} {1}; the law names no hours";
        NotStarted: "尚未起算: 等 {0}", "not started: waits for {0}";
        Receipt: "对方收到", "receipt";
        FirstSent: "首报发出", "the first report";
        LimitIs: "时限: {0}", "limit: {0}";
        LawWord: "法条用词: {0}", "the law's word: {0}";
        DecidedBy: "由这些答案决定", "decided by these answers";
        SettledBy: "由这些问题决定", "these would settle it";
        BlockedBecause: "已阻止", "blocked";
        Tried: "报过", "reports so far";
        Failed: "未成功", "failed";
        NoCriterion: "还没有达到任何标准", "no criterion is met yet";
        KnownSince: "等级自 {0} 起得知", "the level has been known since {0}";
        OpenFacts: "未知的事实, 可能到的等级和期限", "open facts, and what they could start";
        CouldReach: "{0}: 可能 {1}", "{0}: could be {1}";
        CouldDo: "这一题可能决定", "what it could settle";
        Criteria: "相关标准", "criteria that ask for it";
        Sources: "{0}: {1}", "{0}: {1}";
        MarkC2: "两个以上独立来源", "two or more independent sources";
        MarkC1: "一个全文来源", "one source with the full text";
        MarkS1: "一个二手来源", "one secondary source";
        MarkInf: "由文字推断", "inferred from the wording";

        // Law.
        LawChecked: "版本 {0}; {1} 起施行; {2} 核对", "edition {0}; in force from {1}; checked {2}";
        LawDisclaimer: "本工具不是法律意见; 拿不准时问法务, 并先报。", "This tool is not legal advice; when in doubt ask counsel, and report first.";
        LawAdvice: "现在适用的提示", "advice that holds now";
        LawContent: "报告内容", "what a report contains";
        LawFirst: " (可先报)", " (may go first)";
        LawClosing: "总结报告内容", "what the closing report contains";
        LawLeniency: "从轻、减轻或不予处罚 (须同时满足)", "leniency (all of these together)";
        LawOpen: "法律没有说清的", "what the law leaves open";
        LawDefinitions: "定义", "definitions";

        // Help.
        HelpMarks: "标记", "marks";
        MarkSoon: "即将到期, 或已超时", "ends soon, or overdue";
        MarkRunning: "计时中", "running";
        MarkLate: "待定, 但起草审批已来不及: 先报", "undecided, and past the time to decide: report first";
        MarkForecast: "若不恢复, 到时升级", "the level will rise then if it goes on";
        MarkUndecided: "待定: 可能适用", "undecided: it may apply";
        MarkWaiting: "尚未起算", "waits for what starts it";
        MarkOpen: "没有小时数", "without hours";
        MarkDone: "已了", "done";
        MarkExcluded: "不适用或已阻止", "does not apply, or blocked";
    }
}

#[cfg(test)]
mod tests {
    use super::Word;
    use crate::words::Lang;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn no_text_holds_a_sign_of_ambiguous_width() {
        for word in Word::ALL {
            for lang in [Lang::Zh, Lang::En] {
                let text = word.text(lang);
                assert!(!text.is_empty(), "{word:?}");
                assert_eq!(text.width(), text.width_cjk(), "{text}");
            }
        }
    }

    #[test]
    fn both_languages_take_the_same_values() {
        for word in Word::ALL {
            for i in 0..4 {
                let hole = format!("{{{i}}}");
                let [zh, en] = [Lang::Zh, Lang::En].map(|l| word.text(l).contains(&hole));
                assert_eq!(zh, en, "{word:?} {hole}");
            }
        }
    }
}
