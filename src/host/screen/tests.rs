use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier, Style};

use super::*;

/// Counts the writes beside the bytes.
#[derive(Default)]
struct Wire {
    bytes: Vec<u8>,
    writes: usize,
}

impl Write for &mut Wire {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(buf);
        self.writes += 1;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A board of eight countdowns and a header clock, as it looks at one second.
fn board(buf: &mut Buffer, second: u32, styled: bool) {
    let (soon, late) = if styled {
        (
            Style::default().fg(Color::Red).add_modifier(Modifier::BOLD),
            Style::default().fg(Color::Yellow),
        )
    } else {
        (Style::default(), Style::default())
    };
    let now = 2 * 3600 + 11 * 60 + 40 + second;
    let clock = format!("{:02}:{:02}:{:02}", now / 3600, now / 60 % 60, now % 60);
    buf.set_string(0, 0, "jishi  事件         全部 8  运行 8        2026-03-02", Style::default());
    buf.set_string(51, 0, clock, Style::default());
    buf.set_string(0, 1, "-".repeat(80), Style::default());
    for i in 0..8u16 {
        let left = 1100 + 977 * u32::from(i) - second;
        let text = format!("{}:{:02}:{:02}", left / 3600, left / 60 % 60, left % 60);
        let style = match i {
            0 | 1 => soon,
            2..=4 => late,
            _ => Style::default(),
        };
        buf.set_string(0, 3 + 2 * i, "!!", style);
        buf.set_string(4, 3 + 2 * i, text, style);
        buf.set_string(14, 3 + 2 * i, "报 保护工作部门             02:30 前", Style::default());
    }
    buf.set_string(0, 23, "r 记录已报  t 研判  w 为何", Style::default());
}

fn bytes_per_second(styled: bool) -> usize {
    let mut wire = Wire::default();
    let mut screen = Screen::new(&mut wire, 80, 24, true);
    board(screen.frame(), 0, styled);
    let cursor = Some(Position::new(4, 3));
    let first = screen.show(cursor).unwrap();
    assert!(first < 3600, "the first frame took {first} bytes");
    let mut total = 0;
    for second in 1..=600 {
        board(screen.frame(), second, styled);
        total += screen.show(cursor).unwrap();
    }
    assert_eq!(wire.writes, 601, "one write a frame");
    total / 600
}

#[test]
fn eight_countdowns_and_a_clock_cost_less_than_160_bytes_a_second() {
    let (plain, styled) = (bytes_per_second(false), bytes_per_second(true));
    println!("plain {plain} B/s, three styles {styled} B/s");
    assert!(plain <= 90, "{plain}");
    assert!(styled <= 132, "{styled}");
}

#[test]
fn nothing_is_written_when_nothing_changed() {
    let mut wire = Wire::default();
    let mut screen = Screen::new(&mut wire, 80, 24, true);
    board(screen.frame(), 0, true);
    screen.show(Some(Position::new(4, 3))).unwrap();
    board(screen.frame(), 0, true);
    assert_eq!(screen.show(Some(Position::new(4, 3))).unwrap(), 0);
    assert_eq!(wire.writes, 1);
}

#[test]
fn a_cursor_that_moves_alone_costs_only_the_move() {
    let mut wire = Wire::default();
    let mut screen = Screen::new(&mut wire, 80, 24, true);
    for at in [4, 9] {
        screen.frame().set_string(0, 0, "same", Style::default());
        screen.show(Some(Position::new(at, 0))).unwrap();
    }
    assert!(wire.bytes.ends_with(b"\x1b[5C"));
}

#[test]
fn nothing_is_ever_asked_of_the_terminal() {
    let mut wire = Wire::default();
    let mut screen = Screen::new(&mut wire, 80, 24, true);
    for cols in [80, 100, 40] {
        screen.resize(cols, 24);
        board(screen.frame(), 0, true);
        screen.show(None).unwrap();
    }
    let text = String::from_utf8(wire.bytes).unwrap();
    assert!(!text.contains("\x1b[6n") && !text.contains("\x1b[c") && !text.contains("\x1b[?u"));
}

#[test]
fn without_colour_only_attributes_are_sent() {
    let mut wire = Wire::default();
    let mut screen = Screen::new(&mut wire, 80, 24, false);
    board(screen.frame(), 0, true);
    screen.show(None).unwrap();
    let text = String::from_utf8(wire.bytes).unwrap();
    assert!(text.contains("\x1b[1m") && !text.contains("31"));
}

/// A terminal that knows the sequences that the screen uses, to see what a person would see.
struct Seen {
    cols: usize,
    cells: Vec<(String, String)>,
    at: (usize, usize),
    pen: String,
}

impl Seen {
    fn new(cols: usize, rows: usize) -> Self {
        let cells = vec![(" ".to_owned(), String::new()); cols * rows];
        Self { cols, cells, at: (0, 0), pen: String::new() }
    }

    fn feed(&mut self, text: &str) {
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\x1b' => {
                    assert_eq!(chars.next(), Some('['));
                    let mut params = String::new();
                    let end = loop {
                        match chars.next() {
                            Some(c) if c.is_ascii_alphabetic() => break c,
                            Some(c) => params.push(c),
                            None => panic!("cut off"),
                        }
                    };
                    self.control(end, &params);
                }
                '\x08' => self.at.0 -= 1,
                '\r' => self.at.0 = 0,
                c => {
                    let mut one = [0; 4];
                    let symbol: &str = c.encode_utf8(&mut one);
                    let i = self.at.1 * self.cols + self.at.0;
                    self.cells[i] = (symbol.to_owned(), self.pen.clone());
                    let width = usize::from(symbol.cell_width());
                    for j in 1..width {
                        self.cells[i + j] = (" ".to_owned(), String::new());
                    }
                    self.at.0 += width;
                }
            }
        }
    }

    fn control(&mut self, end: char, params: &str) {
        let n = params.parse().unwrap_or(1);
        match end {
            'H' => {
                let mut p = params.split(';').map(|p| p.parse::<usize>().unwrap_or(1) - 1);
                let y = p.next().unwrap_or(0);
                self.at = (p.next().unwrap_or(0), y);
            }
            'A' => self.at.1 -= n,
            'B' => self.at.1 += n,
            'C' => self.at.0 += n,
            'D' => self.at.0 -= n,
            'J' => self.cells.fill((" ".to_owned(), String::new())),
            'm' if params.is_empty() => self.pen.clear(),
            'm' => {
                for code in params.split(';') {
                    match code {
                        "" => self.pen.clear(),
                        code => self.pen = format!("{} {code}", self.pen),
                    }
                }
            }
            'h' | 'l' => {}
            other => panic!("unknown {other}"),
        }
    }

    fn text(&self) -> Vec<&str> {
        self.cells.iter().map(|(s, _)| s.as_str()).collect()
    }
}

#[test]
fn what_is_seen_is_what_was_drawn_however_it_came_about() {
    let mut seen = Seen::new(80, 24);
    let mut wire = Wire::default();
    let mut wanted: Vec<String> = Vec::new();
    {
        let mut screen = Screen::new(&mut wire, 80, 24, true);
        for second in [0, 1, 19, 20, 59, 60, 700] {
            board(screen.frame(), second, true);
            if second == 59 {
                screen.frame().set_string(3, 5, "另一个画面 with others", Style::default());
            }
            screen.show((second != 20).then_some(Position::new(4, 3))).unwrap();
        }
        wanted.extend(screen.shown.content().iter().map(|c| c.symbol().to_owned()));
    }
    seen.feed(&String::from_utf8(wire.bytes).unwrap());
    assert_eq!(seen.text(), wanted);
}
