//! The input folder: read once into memory, then never again.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use crate::wasi::errno::{self, Errno};
use crate::HostError;

/// How many symbolic links one path may lead through.
const MAX_LINKS: usize = 40;
/// How deep folders may be nested; the walks over the tree are recursive.
const MAX_DEPTH: usize = 64;
/// What an entry counts beside its name and content, so that a folder of very
/// many empty files has a price too.
const ENTRY_BYTES: u64 = 128;

pub(crate) type NodeId = usize;

/// The folder itself.
pub(crate) const ROOT: NodeId = 0;

pub(crate) enum Node {
    /// Entries in byte order of their names.
    Folder {
        parent: NodeId,
        entries: BTreeMap<String, NodeId>,
    },
    File(Vec<u8>),
    Link(String),
}

/// A tree of nodes. Ids count up in the order of a sorted walk, so that they are
/// the same on every machine and can stand for inode numbers.
pub(crate) struct Folder {
    nodes: Vec<Node>,
}

/// Why a folder was not read.
pub(crate) enum Unread {
    /// The job may not have such a folder.
    Refused(String),
    /// The host failed.
    Host(HostError),
}

impl Folder {
    /// Reads a folder of at most `budget` bytes, which it takes off `budget`.
    pub(crate) fn read(path: &Path, budget: &mut u64) -> Result<Self, Unread> {
        let mut folder = Self { nodes: Vec::new() };
        folder.read_folder(path, ROOT, 0, budget)?;
        Ok(folder)
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    fn read_folder(
        &mut self,
        path: &Path,
        parent: NodeId,
        depth: usize,
        budget: &mut u64,
    ) -> Result<NodeId, Unread> {
        if depth > MAX_DEPTH {
            return Err(Unread::Refused(format!(
                "the input folder is nested more than {MAX_DEPTH} deep"
            )));
        }
        let id = self.nodes.len();
        self.nodes.push(Node::Folder {
            parent,
            entries: BTreeMap::new(),
        });
        let mut ids = BTreeMap::new();
        for (name, path) in sorted_entries(path, budget)? {
            let child = self.read_entry(&path, id, depth, budget)?;
            ids.insert(name, child);
        }
        self.nodes[id] = Node::Folder {
            parent,
            entries: ids,
        };
        Ok(id)
    }

    fn read_entry(
        &mut self,
        path: &Path,
        parent: NodeId,
        depth: usize,
        budget: &mut u64,
    ) -> Result<NodeId, Unread> {
        let metadata = fs::symlink_metadata(path).map_err(unread(path))?;
        let node = if metadata.is_dir() {
            return self.read_folder(path, parent, depth + 1, budget);
        } else if metadata.is_file() {
            spend(budget, metadata.len())?;
            let content = fs::read(path).map_err(unread(path))?;
            spend(
                budget,
                (content.len() as u64).saturating_sub(metadata.len()),
            )?;
            Node::File(content)
        } else if metadata.is_symlink() {
            let target = fs::read_link(path).map_err(unread(path))?;
            let target = text(target)?;
            spend(budget, target.len() as u64)?;
            Node::Link(target)
        } else {
            return Err(Unread::Refused(format!(
                "{} of the input folder is neither a file nor a folder nor a link",
                path.display()
            )));
        };
        self.nodes.push(node);
        Ok(self.nodes.len() - 1)
    }

    /// Finds what a path means, seen from the folder `base`. Links are followed
    /// inside the tree only; nothing leads out of `base`, neither `..` nor a
    /// link nor an absolute path.
    pub(crate) fn resolve(
        &self,
        base: NodeId,
        path: &str,
        follow_last: bool,
    ) -> Result<NodeId, Errno> {
        let mut here = base;
        let mut links = 0;
        let mut rest = components(path)?;
        while let Some(component) = rest.pop_front() {
            let Node::Folder { parent, entries } = self.node(here) else {
                return Err(errno::NOTDIR);
            };
            match component.as_str() {
                "." => {}
                ".." if here == base => return Err(errno::NOTCAPABLE),
                ".." => here = *parent,
                name => {
                    let next = *entries.get(name).ok_or(errno::NOENT)?;
                    match self.node(next) {
                        Node::Link(target) if follow_last || !rest.is_empty() => {
                            links += 1;
                            if links > MAX_LINKS {
                                return Err(errno::LOOP);
                            }
                            let mut target = components(target)?;
                            target.append(&mut rest);
                            rest = target;
                        }
                        _ => here = next,
                    }
                }
            }
        }
        Ok(here)
    }
}

/// The parts of a relative path. A slash at the end becomes a last `.`, which
/// only a folder has.
fn components(path: &str) -> Result<VecDeque<String>, Errno> {
    if path.is_empty() {
        return Err(errno::NOENT);
    }
    if path.starts_with('/') {
        return Err(errno::NOTCAPABLE);
    }
    let mut parts: VecDeque<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    if path.ends_with('/') {
        parts.push_back(".".to_owned());
    }
    Ok(parts)
}

fn sorted_entries(path: &Path, budget: &mut u64) -> Result<BTreeMap<String, PathBuf>, Unread> {
    let mut entries = BTreeMap::new();
    for entry in fs::read_dir(path).map_err(unread(path))? {
        let entry = entry.map_err(unread(path))?;
        let name = text(PathBuf::from(entry.file_name()))?;
        spend(budget, ENTRY_BYTES + name.len() as u64)?;
        entries.insert(name, entry.path());
    }
    Ok(entries)
}

fn text(name: PathBuf) -> Result<String, Unread> {
    name.into_os_string().into_string().map_err(|name| {
        Unread::Refused(format!(
            "the name {} in the input folder is not UTF-8",
            name.display()
        ))
    })
}

/// Takes bytes off the input limit.
pub(crate) fn spend(budget: &mut u64, bytes: u64) -> Result<(), Unread> {
    *budget = budget
        .checked_sub(bytes)
        .ok_or_else(|| Unread::Refused("the input is larger than its limit".to_owned()))?;
    Ok(())
}

fn unread(path: &Path) -> impl FnOnce(std::io::Error) -> Unread + '_ {
    |source| {
        Unread::Host(HostError::InputFolder {
            path: path.to_owned(),
            source,
        })
    }
}
