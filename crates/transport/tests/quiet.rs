//! A call under [`mobilecall_transport::LOG_DIRECTIVES`] logs nothing. In a program of its own: a logger is global.

#[path = "it/peer.rs"]
#[allow(dead_code)]
mod peer;

use log::{LevelFilter, Log, Metadata, Record};
use mobilecall_transport::{LOG_DIRECTIVES, MediaDirection, MediaTransport};
use peer::{connected_pair, exchange, talk};
use std::sync::Mutex;

/// Keeps what a program would print.
struct Printed(Mutex<Vec<String>>);

static PRINTED: Printed = Printed(Mutex::new(Vec::new()));

impl Log for Printed {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let of_stack = LOG_DIRECTIVES
            .split(',')
            .filter_map(|directive| directive.split_once('='))
            .find(|(target, _)| metadata.target().starts_with(target));
        match of_stack {
            Some((_, level)) => metadata.level() <= level.parse::<LevelFilter>().expect("a level"),
            None => true,
        }
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = format!("{} {} {}", record.level(), record.target(), record.args());
            self.0.lock().expect("no panic while logging").push(line);
        }
    }

    fn flush(&self) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_with_a_hold_logs_nothing() {
    log::set_logger(&PRINTED).expect("the only logger");
    log::set_max_level(LevelFilter::Trace);
    let (mut a, mut b) = connected_pair().await;
    talk(&mut a, &mut b).await;
    a.transport.set_direction(MediaDirection::Inactive);
    exchange(&mut a, &mut b).await;
    for _ in 0..50 {
        assert!(!a.say("on hold").await && !b.say("on hold").await);
    }
    a.transport.set_direction(MediaDirection::SendRecv);
    exchange(&mut a, &mut b).await;
    talk(&mut a, &mut b).await;
    a.transport.close().await;
    b.transport.close().await;
    let printed = PRINTED.0.lock().expect("no panic while logging");
    // The runtime's own word about its sockets, which it gives once some other crate asks it to speak through `log`.
    let ours: Vec<&String> = printed.iter().filter(|line| !line.starts_with("TRACE mio")).collect();
    assert_eq!(ours, Vec::<&String>::new());
}
