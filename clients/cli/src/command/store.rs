//! `surge store`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;
use surge_store::{Place, Server, ServerLimits};

use crate::{
    failure::{Failure, Outcome},
    output::Report,
    stores::{self, TOKEN},
};

/// What can be said after `surge store`.
#[derive(Subcommand)]
pub enum Command {
    /// Serve a folder of files by hash over HTTP, until it is ended.
    #[command(after_help = "Example: a store that two users of this machine share
  surge store serve --listen 127.0.0.1:8480
  surge job submit --store http://127.0.0.1:8480 …
  surge node run --store http://127.0.0.1:8480

SURGE_STORE_TOKEN, when it is set, has to be shown by whoever writes; it has to be set when
other machines can reach the store.

It serves 64 connections at once, eight of them for one address of another machine. 48 of them
give files to strangers, 16 are kept for who shows the token: when all are taken, the oldest one
that did not say yet what it wants, or was refused, makes room for a further one; when there is
none, that is told to come later. A request has five seconds, and a file one second more for each
64 KiB that goes over: what is slower ends, and so does what takes or sends nothing for half a
minute.")]
    Serve {
        /// The folder; the user's own store when left out.
        #[arg(long)]
        folder: Option<PathBuf>,
        /// Address and port.
        #[arg(long, default_value = "127.0.0.1:8480")]
        listen: String,
        /// Largest file, in MiB.
        #[arg(long, default_value_t = 256)]
        file_mib: u64,
        /// All files together, in GiB.
        #[arg(long, default_value_t = 10)]
        total_gib: u64,
    },
}

/// Carries it out.
pub fn run(command: Command, json: bool) -> Outcome<Report> {
    let Command::Serve {
        folder,
        listen,
        file_mib,
        total_gib,
    } = command;
    let folder = match (folder, stores::place(None)?) {
        (Some(folder), _) | (None, Place::Folder(folder)) => folder,
        (None, place) => return Err(Failure::new(format!("{place} is no folder"))),
    };
    let limits = ServerLimits {
        file_bytes: file_mib << 20,
        total_bytes: total_gib << 30,
    };
    let token = std::env::var(TOKEN).ok();
    let server = Server::start(&folder, &listen, limits, token)?;
    let at = format!("http://{}", server.address());
    match json {
        true => println!("{}", json!({ "store": at, "folder": folder })),
        false => eprintln!("{} at {at}; end it with Ctrl-C", folder.display()),
    }
    server.run(|method, path, status| match json {
        true => println!(
            "{}",
            json!({ "method": method, "path": path, "status": status })
        ),
        false => eprintln!("{method} {} {status}", path.escape_debug()),
    });
    Report::new(&json!({}), "")
}
