#![allow(missing_docs, unreachable_pub, reason = "a test")]
mod console;
use console::*;
use jishi::words::Lang;

#[test]
#[ignore = "prints screens for the eye"]
fn peek() {
    for lang in [Lang::Zh, Lang::En] {
        let mut d = Desk::new(
            setup(lang),
            vec![
                incident("2026-0302-b", "票务主功能中断", "01:30", &cii_facts()),
                incident(
                    "2026-0302-c",
                    "核心库被拖库",
                    "01:35",
                    &[("pi_persons", "1500000"), ("involves_cii", "no")],
                ),
                incident("2026-0302-d", "门户首页被篡改", "01:40", &[]),
            ],
        );
        d.clock("02:11:40");
        println!("{}", d.screen());
        d.keys("Enter");
        println!("{}", d.screen());
        d.keys("t");
        println!("{}", d.screen());
        d.keys("Tab");
        println!("{}", d.screen());
        d.keys("Esc Esc r");
        println!("{}", d.screen());
        d.keys("Tab Tab");
        println!("{}", d.screen());
        d.keys("Esc w");
        println!("{}", d.screen());
        d.keys("Esc l Enter");
        println!("{}", d.screen());
        d.keys("Esc ?");
        println!("{}", d.screen());
        d.keys("Esc /");
        println!("{}", d.screen());
        d.keys("Esc o");
        println!("{}", d.screen());
    }
}
