//! What can be wrong with the bytes of a record.

crate::words! {
    /// What is wrong with one line of a record.
    pub enum Harm {
        Empty: "记录里一条也没有", "the record holds no entry";
        TornEnd: "末尾 {0} 字节没有换行: 这一行被截断", "the last {0} bytes do not end in a line feed: the line was cut";
        LineTooLong: "这一行超过 {0} 字节", "the line is longer than {0} bytes";
        TooLong: "记录超过 {0} 字节", "the record is longer than {0} bytes";
        Shrunk: "文件止于第 {1} 字节, 而先前核对过 {0} 字节: 末尾被截去", "the file ends at byte {1}, but {0} bytes were verified before: its end was cut off";
        Rewritten: "先前核对过的条目被改写: 记录头曾是 `{0}`, 现在是 `{1}`", "entries that were verified before were rewritten: the head was `{0}` and is `{1}`";
        NotALine: "不是记录的行; 应为 `{\"e\":{…},\"h\":\"<64 hex>\"}` 的形式", "not a record line; it has the form `{\"e\":{…},\"h\":\"<64 hex>\"}`";
        BadDigest: "摘要与条目不符: 写的是 `{0}`, 按字节算出的是 `{1}`", "the digest does not fit the entry: `{0}` is stored, its bytes give `{1}`";
        Control: "这一行的第 {0} 字节是控制字符", "a control character stands at byte {0} of the line";
        Unreadable: "条目读不出来: {0}", "the entry cannot be read: {0}";
        WrongNumber: "此处应是第 {1} 条, 却是第 {0} 条", "entry {1} belongs here, but entry {0} stands here";
        BadLink: "链接不符: 这一条接在 `{0}` 之后, 而前一条是 `{1}`", "the link does not fit: the entry follows on `{0}`, the one before it is `{1}`";
        NotOpened: "第一条是 `{0}`, 不是 `opened`", "the first entry is `{0}`, not `opened`";
        OpenedAgain: "又有一条 `opened`", "a second `opened` entry";
        BadRecordId: "记录编号不是 64 位十六进制数", "the record id is not 64 hexadecimal digits";
        NotAnswered: "它之前有 {0} 字节损坏, 而它没有写明", "{0} damaged bytes stand before it, and it does not answer for them";
        AnswersNothing: "`recovered` 条目写的是第 {0} 字节, 却不是它之前的损坏", "a `recovered` entry for byte {0}, but it does not name the damage before it";
        LiveInExercise: "演练的记录里有实战条目", "a live entry in a record that is an exercise";
        ExerciseInLive: "实战的记录里有演练条目", "an exercise entry in a record that is live";
    }
}
