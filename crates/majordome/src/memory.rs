//! Keeps the program small while it has little to do.
//!
//! Most of its resident memory is its own code, and two thirds of that run once: the registration of features, the
//! description of the API, migrations. Linux keeps pages of a file mapped once they were touched. Here they are let go
//! when the bot has settled, and again each minute: Linux maps sixteen pages around each that is touched, so a single
//! answer brings five megabytes back. A fault costs some microseconds, and what is in use has a few hundred of them.
//!
//! The rest is the heap. glibc makes a heap for nearly every thread, and each keeps the room of the largest work it ever
//! had to do. There are fewer heaps here, one for each core, and what they do not need goes back as well.

use std::{ffi::c_void, num::NonZeroUsize, path::Path, ptr::NonNull, time::Duration};

use nix::sys::mman::{MmapAdvise, madvise};
use tokio_util::sync::CancellationToken;

/// How long after the start the bot has settled.
const SETTLED: Duration = Duration::from_secs(10);
/// How often code is given back after that.
const PAUSE: Duration = Duration::from_mins(1);
/// After how many pauses heaps are trimmed as well, which holds up whoever allocates meanwhile.
const PAUSES_OF_HEAPS: usize = 10;

/// Says how many heaps there may be; before the first thread is started.
#[cfg(target_env = "gnu")]
pub(crate) fn limit_heaps() {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    #[expect(
        unsafe_code,
        reason = "a setting of the allocator, which takes any number"
    )]
    unsafe {
        nix::libc::mallopt(
            nix::libc::M_ARENA_MAX,
            i32::try_from(cores).unwrap_or(i32::MAX),
        );
    }
}

#[cfg(not(target_env = "gnu"))]
pub(crate) fn limit_heaps() {}

/// Gives back what is not needed, when the bot has settled and now and then until it stops.
pub(crate) async fn keep_small(stopping: CancellationToken) {
    let mut pause = SETTLED;
    let mut pauses = 0_usize;
    while stopping
        .run_until_cancelled(tokio::time::sleep(pause))
        .await
        .is_some()
    {
        if pauses.is_multiple_of(PAUSES_OF_HEAPS) {
            trim_heaps();
        }
        pauses += 1;
        if let Err(error) = give_back() {
            tracing::debug!(%error, "the code of the start stays in memory");
        }
        pause = PAUSE;
    }
}

#[cfg(target_env = "gnu")]
fn trim_heaps() {
    #[expect(
        unsafe_code,
        reason = "the allocator gives back pages that hold nothing, under its own locks"
    )]
    unsafe {
        nix::libc::malloc_trim(0);
    }
}

#[cfg(not(target_env = "gnu"))]
fn trim_heaps() {}

/// A mapping of the program's own file, as `/proc/self/smaps` tells of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Mapping {
    start: NonZeroUsize,
    length: usize,
}

/// Lets go of what is mapped from the program's file and was never written to.
///
/// # Errors
///
/// Fails where Linux does not tell what is mapped; nothing is changed then.
fn give_back() -> std::io::Result<()> {
    let program = std::env::current_exe()?;
    let told = std::fs::read_to_string("/proc/self/smaps")?;
    for Mapping { start, length } in untouched(&told, &program) {
        let Some(start) =
            NonNull::new(std::ptr::with_exposed_provenance_mut::<c_void>(start.get()))
        else {
            continue;
        };
        #[expect(
            unsafe_code,
            reason = "the mapping is of the program's own file, which is never unmapped, and has no page that differs \
                      from it: each comes back from the file as it was"
        )]
        unsafe {
            madvise(start, length, MmapAdvise::MADV_DONTNEED)?;
        }
    }
    Ok(())
}

/// The mappings of a file that can not be written to and have no page of their own.
fn untouched(smaps: &str, program: &Path) -> Vec<Mapping> {
    let mut found = Vec::new();
    let mut current = None;
    for line in smaps.lines() {
        if let Some(mapping) = head(line) {
            let (range, rights, file) = mapping;
            current = (!rights.contains('w') && Path::new(file) == program)
                .then(|| range_of(range))
                .flatten();
        } else if line.starts_with("Anonymous:")
            && let Some(mapping) = current.take()
            && line.split_whitespace().nth(1) == Some("0")
        {
            found.push(mapping);
        }
    }
    found
}

/// Range, rights and file, if the line begins a mapping.
fn head(line: &str) -> Option<(&str, &str, &str)> {
    let mut words = line.split_whitespace();
    let range = words.next().filter(|word| word.contains('-'))?;
    let rights = words.next().filter(|word| word.len() == 4)?;
    // Offset, device and inode stand between.
    let file = words.nth(3).unwrap_or_default();
    Some((range, rights, file))
}

fn range_of(range: &str) -> Option<Mapping> {
    let (start, end) = range.split_once('-')?;
    let start = usize::from_str_radix(start, 16).ok()?;
    let end = usize::from_str_radix(end, 16).ok()?;
    Some(Mapping {
        start: NonZeroUsize::new(start)?,
        length: end.checked_sub(start)?,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{give_back, trim_heaps, untouched};

    const SMAPS: &str = "\
55d0c0000000-55d0c0001000 r--p 00000000 fe:00 94 /srv/majordome
Rss:                   4 kB
Anonymous:             0 kB
VmFlags: rd mr mw me
55d0c0001000-55d0c0003000 r-xp 00001000 fe:00 94 /srv/majordome
Anonymous:             0 kB
55d0c0003000-55d0c0004000 r--p 00003000 fe:00 94 /srv/majordome
Anonymous:             4 kB
55d0c0004000-55d0c0005000 rw-p 00004000 fe:00 94 /srv/majordome
Anonymous:             0 kB
55d0c1000000-55d0c1001000 rw-p 00000000 00:00 0 [heap]
Anonymous:             0 kB
7f0000000000-7f0000001000 r-xp 00000000 fe:00 95 /lib/libc.so.6
Anonymous:             0 kB
7f0000001000-7f0000002000 r--p 00000000 00:00 0
Anonymous:             0 kB
";

    #[test]
    fn only_unwritten_pages_of_the_program_are_given_back() {
        let found: Vec<_> = untouched(SMAPS, Path::new("/srv/majordome"))
            .into_iter()
            .map(|mapping| (mapping.start.get(), mapping.length))
            .collect();
        assert_eq!(
            found,
            [(0x55d0_c000_0000, 0x1000), (0x55d0_c000_1000, 0x2000)]
        );
    }

    #[test]
    fn the_program_goes_on_as_before() {
        let words = String::from("still here");
        give_back().expect("Linux tells what is mapped");
        trim_heaps();
        assert_eq!(words.replace("still", "ever"), "ever here");
    }
}
