//! A program's share of the processors.

use std::time::Duration;

/// Has this thread, where many want the processors, run no more than so many thousandths of a
/// core: whoever reserved a whole one is not held up by whoever reserved next to nothing. Where
/// nobody else wants them, it has all of a core. A system that has no such priorities, or does
/// not let a process lower its own, changes nothing.
pub(crate) fn share(milli_cpu: u32) {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(steps(milli_cpu));
    #[cfg(not(target_os = "linux"))]
    let _ = milli_cpu;
}

/// Processor time that this thread has had; none where the system does not tell.
pub(crate) fn used() -> Option<Duration> {
    #[cfg(target_os = "linux")]
    return rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime)
        .try_into()
        .ok();
    #[cfg(not(target_os = "linux"))]
    None
}

/// Steps of the nice value: by each, Linux gives a thread a fifth less beside others, down to
/// 15 thousandths (`sched(7)`, "The nice value").
#[cfg(any(target_os = "linux", test))]
fn steps(milli_cpu: u32) -> i32 {
    const LOWEST: i32 = 19;
    let mut share = 1_000.0;
    let wanted = f64::from(milli_cpu);
    let mut steps = 0;
    // To the nearest step: the geometric middle of two is theirs in common.
    while steps < LOWEST && share / 1.25_f64.sqrt() > wanted {
        share /= 1.25;
        steps += 1;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_as_many_thousandths_as_were_reserved_to_the_nearest_step() {
        let steps = [64_000, 1_000, 900, 800, 500, 100, 14, 1, 0].map(steps);
        assert_eq!(steps, [0, 0, 0, 1, 3, 10, 19, 19, 19]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_that_sleeps_uses_no_processor() {
        let before = used().expect("Linux tells");
        std::thread::sleep(Duration::from_millis(50));
        let after = used().expect("Linux tells");
        assert!(after - before < Duration::from_millis(25));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_that_shares_leaves_the_others_as_they_were() {
        let own = || rustix::process::getpriority_process(None).expect("a priority");
        let before = own();
        let lower = std::thread::spawn(move || {
            share(100);
            own()
        });
        assert_eq!(lower.join().expect("a thread"), (before + 10).min(19));
        assert_eq!(own(), before);
    }
}
