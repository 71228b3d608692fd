//! Nothing is used up.

use std::{cell::Cell, time::Duration};

use seam::sandbox::{
    folder::WorkFolder,
    job::{Job, Limits},
    runner::{End, Ran},
};

use super::{assert_gone, escaping::bring_probe, probe::PARENT, run};
use crate::support::sandbox::sandbox;

const SHORT: Limits = Limits { time: Duration::from_secs(2), memory: 1 << 30, disk: 1 << 30, tasks: 512 };
const LONG: Limits = Limits { time: Duration::from_secs(600), ..SHORT };
/// The kernel counts all tests together: the others have room for these.
const FEW: u64 = 64;

#[test]
fn what_does_not_end_is_ended() {
    let Some(ran) = run(&["sh", "-c", "sleep 9173001; sleep 9173001"], SHORT, |_| {}) else { return };
    assert_eq!(ran.end, End::TooLong);
    assert_gone("9173001");
}

#[test]
fn endless_talk_is_kept_in_part() {
    let Some(ran) = run(&["yes"], SHORT, |_| {}) else { return };
    assert!(ran.end == End::TooLong && ran.output.len() < 40_000, "{:?}, {}", ran.end, ran.output.len());
    let much = "echo first; yes | head -c 10000000; echo last";
    let Some(ran) = run(&["sh", "-c", much], LONG, |_| {}) else { return };
    assert!(ran.end == End::Exit(0) && ran.output.len() < 40_000, "{:?}, {}", ran.end, ran.output.len());
    assert!(ran.output.starts_with("first\ny\n") && ran.output.ends_with("y\nlast\n"), "{}", ran.output);
}

#[test]
fn processes_that_start_processes_are_few() {
    let many = "echo began; while :; do sleep 9174001 & done";
    let Some(ran) = run(&["sh", "-c", many], Limits { tasks: FEW, ..LONG }, |_| {}) else { return };
    // Refused by the kernel, as the shell says, or seen: whichever comes first.
    assert!(ran.end == End::TooManyTasks || ran.output.contains("fork"), "{ran:?}");
    assert!(ran.output.starts_with("began\n"), "{ran:?}");
    assert_gone("9174001");
    // What cannot be started any more is tried again and again.
    let bomb = "echo began; bomb() { bomb | bomb & }; bomb; sleep 9174002";
    let Some(ran) = run(&["sh", "-c", bomb], Limits { tasks: FEW, ..SHORT }, |_| {}) else { return };
    assert!(ran.output.starts_with("began\n"), "{ran:?}");
    assert_gone(bomb);
}

fn probe(name: &str, limits: Limits) -> Option<Ran> {
    let test = format!("sandbox::probe::{name}");
    run(&["env", &format!("{PARENT}=1"), "./probe", &test, "--exact", "--ignored", "--nocapture"], limits, bring_probe)
}

#[test]
fn memory_is_bounded() {
    let Some(ran) = probe("takes_memory", LONG) else { return };
    // Refused by the kernel, which aborts it, or seen: whichever comes first.
    assert!(matches!(ran.end, End::TooMuchMemory | End::Exit(134)), "{ran:?}");
    assert!(ran.output.contains("began\n"), "{ran:?}");
}

#[test]
fn memory_behind_sockets_is_bounded() {
    let Some(ran) = probe("fills_sockets", Limits { memory: 128 << 20, ..LONG }) else { return };
    assert_eq!(ran.end, End::TooMuchMemory, "{ran:?}");
    assert!(ran.output.contains("began\n"), "{ran:?}");
}

#[test]
fn disk_is_bounded() {
    let limits = Limits { disk: 10 << 20, ..LONG };
    let Some(ran) = run(&["sh", "-c", "echo began; cat /dev/zero > big"], limits, |_| {}) else { return };
    // Refused by the kernel, with a signal, or seen: whichever comes first.
    assert!(matches!(ran.end, End::TooMuchDisk | End::Exit(153)) && ran.output.starts_with("began\n"), "{ran:?}");
    // Not without end: where this fails, the disk is the machine's.
    let many =
        "number=0; while [ $number -lt 400 ]; do head -c 5000000 /dev/zero > $number; number=$((number + 1)); done";
    let Some(ran) = run(&["sh", "-c", many], limits, |_| {}) else { return };
    assert_eq!(ran.end, End::TooMuchDisk, "{ran:?}");
    // As deep as no path leads: nobody could count it.
    let down = "name=$(printf %0200d 0); for level in $(seq 30); do mkdir $name; cd -P $name; done";
    let Some(ran) = run(&["sh", "-c", &format!("{down}; {many}")], limits, |_| {}) else { return };
    assert_eq!(ran.end, End::TooMuchDisk, "{ran:?}");
    // Where Seam is not root, nor could it look into this.
    let closed = format!("mkdir closed; cd closed; chmod 300 .; {many}");
    let Some(ran) = run(&["sh", "-c", &closed], limits, |_| {}) else { return };
    assert_eq!(ran.end, End::TooMuchDisk, "{ran:?}");
}

#[test]
fn whoever_asked_can_stop_it() {
    let Some(sandbox) = sandbox() else { return };
    let folder = WorkFolder::new(&std::env::temp_dir()).unwrap();
    let command = ["sleep", "9175001"].map(str::to_owned);
    let job = Job { command: &command, folder: &folder, paths: &[], variables: &[], limits: LONG };
    let looks = Cell::new(0);
    let ran = sandbox.run(&job, &|| looks.replace(looks.get() + 1) == 3).unwrap();
    assert_eq!(ran.end, End::Stopped);
    assert_gone("9175001");
}

#[test]
fn what_cannot_be_started_is_said() {
    let Some(ran) = run(&["/usr/nobody-has-this"], LONG, |_| {}) else { return };
    insta::assert_snapshot!(ran.output, @"seam: `/usr/nobody-has-this` cannot be started in the sandbox: No such file or directory (os error 2)");
    assert_eq!(ran.end, End::Exit(2));
}
