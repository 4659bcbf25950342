//! The error numbers of WASI preview 1 that a job can meet.

/// What a WASI function returns when it does not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) u16);

pub(crate) const BADF: Errno = Errno(8);
pub(crate) const EXIST: Errno = Errno(20);
pub(crate) const FAULT: Errno = Errno(21);
pub(crate) const ILSEQ: Errno = Errno(25);
pub(crate) const INVAL: Errno = Errno(28);
pub(crate) const ISDIR: Errno = Errno(31);
pub(crate) const LOOP: Errno = Errno(32);
pub(crate) const MFILE: Errno = Errno(33);
pub(crate) const NAMETOOLONG: Errno = Errno(37);
pub(crate) const NOENT: Errno = Errno(44);
pub(crate) const NOTDIR: Errno = Errno(54);
pub(crate) const NOTSUP: Errno = Errno(58);
pub(crate) const ROFS: Errno = Errno(69);
pub(crate) const SPIPE: Errno = Errno(70);
pub(crate) const NOTCAPABLE: Errno = Errno(76);
