//! The demonstration.

use crate::program::{run, start};
use serde_json::Value;

#[tokio::test]
async fn both_sides_are_heard_and_the_figures_printed() {
    let kept = tempfile::tempdir().unwrap();
    let keep = kept.path().join("sound");
    let demo = run(["demo", "--duration", "4s", "--json", "--keep", keep.to_str().unwrap()]).await;
    assert_eq!(demo.code, Some(0), "{demo:?}");
    let named = |name: &str| demo.events().into_iter().filter(|event| event["event"] == name).collect::<Vec<Value>>();
    let mut phones: Vec<_> = named("summary").iter().map(|event| event["phone"].as_str().unwrap().to_owned()).collect();
    phones.sort();
    assert_eq!(phones, ["layla", "omar"]);
    for summary in named("summary") {
        assert_eq!(summary["status"], "completed", "{summary}");
        for figure in ["setup_ms", "first_audio_ms", "packets_sent", "packets_received", "mos"] {
            assert!(summary[figure].as_f64().is_some_and(|figure| figure > 0.0), "{figure} of {summary}");
        }
    }
    let heard = named("check");
    assert_eq!(heard.len(), 2);
    assert!(heard.iter().all(|check| check["ok"] == true), "{heard:?}");
    for file in ["caller-said.wav", "caller-heard.wav", "callee-said.wav", "callee-heard.wav"] {
        assert!(hound::WavReader::open(keep.join(file)).unwrap().duration() > 48_000, "{file}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_demonstration_leaves_nothing_behind() {
    let mut demo = start(["demo", "--json", "--duration", "60s"]);
    demo.event("quality").await;
    demo.signal("INT").await;
    let demo = demo.end().await;
    assert_eq!(demo.events().iter().filter(|event| event["event"] == "summary").count(), 2, "{demo:?}");
}
