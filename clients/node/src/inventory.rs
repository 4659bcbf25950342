//! What this machine has to offer.

use std::path::Path;

use sysinfo::{CpuRefreshKind, DiskRefreshKind, Disks, MemoryRefreshKind, RefreshKind, System};

use crate::HostError;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// What this machine has, rounded down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// Logical processors.
    pub cores: u32,
    /// Memory in MiB, free or not. In a container, what the container may use.
    pub memory_mib: u64,
    /// Free space in GiB on the disk of the current folder.
    pub disk_gib: u64,
}

/// Reads what this machine has.
///
/// # Errors
/// [`HostError::Inventory`] when the system does not tell.
pub fn inventory() -> Result<Inventory, HostError> {
    let system = System::new_with_specifics(
        RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing())
            .with_memory(MemoryRefreshKind::nothing().with_ram()),
    );
    let cores = u32::try_from(system.cpus().len())
        .ok()
        .filter(|&cores| cores > 0)
        .ok_or(HostError::Inventory { what: "processors" })?;

    let memory = match system.cgroup_limits() {
        Some(container) => container.total_memory.min(system.total_memory()),
        None => system.total_memory(),
    };
    if memory == 0 {
        return Err(HostError::Inventory { what: "memory" });
    }

    let here = std::env::current_dir()
        .and_then(|here| here.canonicalize())
        .map_err(|_| HostError::Inventory {
            what: "current folder",
        })?;
    let disk = free_disk(&here).ok_or(HostError::Inventory { what: "disk" })?;

    Ok(Inventory {
        cores,
        memory_mib: memory / MIB,
        disk_gib: disk / GIB,
    })
}

/// Free bytes on the disk that is mounted closest above a folder.
fn free_disk(folder: &Path) -> Option<u64> {
    Disks::new_with_refreshed_list_specifics(DiskRefreshKind::nothing().with_storage())
        .iter()
        .filter(|disk| folder.starts_with(disk.mount_point()))
        .max_by_key(|disk| disk.mount_point().components().count())
        .map(|disk| disk.available_space())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_machine_that_runs_this_has_a_core_and_memory() {
        let inventory = super::inventory().unwrap();
        assert!(inventory.cores >= 1);
        assert!(inventory.memory_mib >= 64);
    }
}
