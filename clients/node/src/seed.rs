//! Random bytes that depend on the job alone.

use sha2::{Digest, Sha256};

use crate::folder::{Folder, Node, NodeId, ROOT};

/// SHA-256 over `program ‖ input`. Each part stands behind its length or count
/// as eight bytes, little-endian, so that no two jobs hash the same bytes:
///
/// ```text
/// seed    = sha256(sized(program) ‖ count(args) ‖ sized(arg)... ‖ sized(stdin) ‖ folder)
/// sized   = length ‖ bytes
/// folder  = 0                                      without an input folder
///         | 1 ‖ entries                            with one
/// entries = count ‖ entry...                       by name, in byte order
/// entry   = sized(name) ‖ 1 ‖ entries              a folder
///         | sized(name) ‖ 2 ‖ sized(content)       a file
///         | sized(name) ‖ 3 ‖ sized(target)        a symbolic link
/// ```
pub(crate) fn seed(
    program: &[u8],
    args: &[String],
    stdin: &[u8],
    folder: Option<&Folder>,
) -> [u8; 32] {
    let mut hash = Encoder(Sha256::new());
    hash.sized(program);
    hash.number(args.len());
    for arg in args {
        hash.sized(arg.as_bytes());
    }
    hash.sized(stdin);
    match folder {
        None => hash.0.update([0]),
        Some(folder) => {
            hash.0.update([1]);
            hash.entries(folder, ROOT);
        }
    }
    hash.0.finalize().into()
}

struct Encoder(Sha256);

impl Encoder {
    fn number(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    fn sized(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.update(bytes);
    }

    fn entries(&mut self, folder: &Folder, id: NodeId) {
        let Node::Folder { entries, .. } = folder.node(id) else {
            return;
        };
        self.number(entries.len());
        for (name, &id) in entries {
            self.sized(name.as_bytes());
            match folder.node(id) {
                Node::Folder { .. } => {
                    self.0.update([1]);
                    self.entries(folder, id);
                }
                Node::File(content) => {
                    self.0.update([2]);
                    self.sized(content);
                }
                Node::Link(target) => {
                    self.0.update([3]);
                    self.sized(target.as_bytes());
                }
            }
        }
    }
}

/// An endless stream: block `i` is `sha256(seed ‖ i)` with `i` counted from 0 as
/// eight bytes, little-endian. Good for simulations; no secret, since anybody
/// who has the job can compute it.
pub(crate) struct RandomStream {
    seed: [u8; 32],
    next_block: u64,
    block: [u8; 32],
    used: usize,
}

impl RandomStream {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            next_block: 0,
            block: [0; 32],
            used: 32,
        }
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.used == self.block.len() {
                self.block = Sha256::new()
                    .chain_update(self.seed)
                    .chain_update(self.next_block.to_le_bytes())
                    .finalize()
                    .into();
                self.next_block = self.next_block.wrapping_add(1);
                self.used = 0;
            }
            *byte = self.block[self.used];
            self.used += 1;
        }
    }
}
