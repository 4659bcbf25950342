//! What this machine has, and what of it is free.

use std::{fs, path::Path};

use serde::Serialize;
use surge_interface::Resources;
use sysinfo::{DiskRefreshKind, Disks, MemoryRefreshKind, RefreshKind, System};

use crate::{settings::Offer, Error};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
/// PCI classes of display controllers: VGA, 3D, other.
const DISPLAYS: [&str; 3] = ["0x0300", "0x0302", "0x0380"];

/// What a machine has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Logical processors.
    pub cores: u32,
    /// Memory in MiB; in a container, what the container may use.
    pub memory_mib: u64,
    /// Free space in GiB on the disk of the current folder.
    pub disk_gib: u64,
    /// Graphics processors, as the PCI bus names them (Linux only). Jobs run on processors;
    /// these are shown and not offered.
    pub gpus: Vec<String>,
}

/// Looks at this machine.
pub fn detect() -> Result<Machine, Error> {
    let found = surge_node::inventory()?;
    Ok(Machine {
        cores: found.cores,
        memory_mib: found.memory_mib,
        disk_gib: found.disk_gib,
        gpus: gpus(Path::new("/sys/bus/pci/devices")),
    })
}

impl Machine {
    /// What is offered: what the owner says, and what is sensible where the owner is silent.
    /// Fails when the owner offers more than there is.
    pub fn offered(&self, offer: &Offer) -> Result<Resources, Error> {
        let too_much = |what: &str, wanted: u32, there: u64| {
            Error::Settings(format!(
                "offer.{what} is {wanted}; this machine has {there}"
            ))
        };
        let within = |what: &str, wanted: Option<u32>, usual: u64, there: u64| match wanted {
            Some(wanted) if u64::from(wanted) > there => Err(too_much(what, wanted, there)),
            Some(wanted) => Ok(wanted),
            None => Ok(u32::try_from(usual).unwrap_or(u32::MAX)),
        };
        let cores = u64::from(self.cores);
        let usual = cores.saturating_sub(1).max(1);
        Ok(Resources {
            milli_cpu: within("cores", offer.cores, usual, cores)?.saturating_mul(1_000),
            memory_mib: within(
                "memory_mib",
                offer.memory_mib,
                self.memory_mib / 2,
                self.memory_mib,
            )?,
            gpus: 0,
            storage_gib: within(
                "storage_gib",
                offer.storage_gib,
                self.disk_gib / 2,
                self.disk_gib,
            )?,
            bandwidth_mbps: offer.bandwidth_mbps,
        })
    }
}

/// What of a node's capacity can be used now, beside what its jobs have reserved: memory and
/// disk that something else took are not offered.
pub fn free(capacity: Resources, reserved: Resources, folder: &Path) -> Resources {
    let mut free = capacity.saturating_sub(&reserved);
    let system = System::new_with_specifics(
        RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram()),
    );
    let memory = match system.cgroup_limits() {
        Some(container) => container.free_memory.min(system.available_memory()),
        None => system.available_memory(),
    };
    let at_most = |bytes: u64, unit: u64| u32::try_from(bytes / unit).unwrap_or(u32::MAX);
    free.memory_mib = free.memory_mib.min(at_most(memory, MIB));
    if let Some(disk) = free_disk(folder) {
        free.storage_gib = free.storage_gib.min(at_most(disk, GIB));
    }
    free
}

/// Free bytes on the disk that is mounted closest above a folder.
fn free_disk(folder: &Path) -> Option<u64> {
    Disks::new_with_refreshed_list_specifics(DiskRefreshKind::nothing().with_storage())
        .iter()
        .filter(|disk| folder.starts_with(disk.mount_point()))
        .max_by_key(|disk| disk.mount_point().components().count())
        .map(|disk| disk.available_space())
}

/// Graphics processors on the PCI bus.
fn gpus(devices: &Path) -> Vec<String> {
    let mut found = vec![];
    for device in fs::read_dir(devices).into_iter().flatten().flatten() {
        let read = |name: &str| {
            let text = fs::read_to_string(device.path().join(name)).unwrap_or_default();
            text.trim().to_owned()
        };
        if DISPLAYS
            .iter()
            .any(|class| read("class").starts_with(class))
        {
            let vendor = match read("vendor").as_str() {
                "0x10de" => "NVIDIA".to_owned(),
                "0x1002" => "AMD".to_owned(),
                "0x8086" => "Intel".to_owned(),
                other => format!("vendor {other}"),
            };
            let bus = device.file_name().to_string_lossy().into_owned();
            found.push(format!("{vendor} {} at {bus}", read("device")));
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine {
            cores: 4,
            memory_mib: 8_000,
            disk_gib: 100,
            gpus: vec![],
        }
    }

    #[test]
    fn a_silent_owner_offers_a_part() {
        let offered = machine().offered(&Offer::default()).expect("an offer");
        assert_eq!(
            (offered.milli_cpu, offered.memory_mib, offered.storage_gib),
            (3_000, 4_000, 50)
        );
    }

    #[test]
    fn more_than_there_is_is_refused_with_both_numbers() {
        let offer = Offer {
            cores: Some(5),
            ..Offer::default()
        };
        let error = machine().offered(&offer).expect_err("too much").to_string();
        assert_eq!(error, "offer.cores is 5; this machine has 4");
    }

    #[test]
    fn only_display_controllers_count_as_graphics() {
        let bus = tempfile::tempdir().expect("a folder");
        for (name, class, vendor) in [
            ("0000:01:00.0", "0x030200", "0x10de"),
            ("0000:02:00.0", "0x020000", "0x8086"),
        ] {
            let device = bus.path().join(name);
            fs::create_dir(&device).expect("a device");
            fs::write(device.join("class"), format!("{class}\n")).expect("a class");
            fs::write(device.join("vendor"), format!("{vendor}\n")).expect("a vendor");
            fs::write(device.join("device"), "0x20b5\n").expect("a number");
        }
        assert_eq!(gpus(bus.path()), ["NVIDIA 0x20b5 at 0000:01:00.0"]);
    }
}
