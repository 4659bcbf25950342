//! Uses what a job may use, and prints what it finds: arguments, standard
//! input, the input folder, and a good deal of arithmetic. No clock, no
//! randomness, so every correct runtime prints the same.

use std::fs::{self, File};
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::path::Path;

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    println!("args {args:?}, {} variables", std::env::vars().count());
    for (number, line) in io::stdin().lock().lines().enumerate() {
        println!("line {number}: {}", line?);
    }
    walk(Path::new("/input"))?;
    read_in_pieces("/input/numbers.txt")?;
    println!("missing: {:?}", fs::read("/input/none").unwrap_err().kind());
    println!(
        "through a file: {}",
        fs::read("/input/numbers.txt/x").is_err()
    );
    println!("outside: {}", fs::read("/input/../../etc/passwd").is_err());
    io::stdout().write_all(&arithmetic())?;
    eprintln!("done");
    std::process::exit(4)
}

fn walk(folder: &Path) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            println!("{} is a folder", path.display());
            walk(&path)?;
        } else {
            let content = fs::read(&path)?;
            println!(
                "{} link {} has {} bytes, metadata says {}: {:?}",
                path.display(),
                kind.is_symlink(),
                content.len(),
                fs::metadata(&path)?.len(),
                &content[..content.len().min(12)]
            );
        }
    }
    Ok(())
}

fn read_in_pieces(path: &str) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut piece = [0; 5];
    file.seek(SeekFrom::End(-5))?;
    file.read_exact(&mut piece)?;
    println!("end {piece:?} at {}", file.stream_position()?);
    println!("behind the end: {}", file.read(&mut piece)?);
    file.seek(SeekFrom::Start(3))?;
    file.read_exact(&mut piece)?;
    println!(
        "middle {piece:?}, before the start: {}",
        file.seek(SeekFrom::Start(0)).is_ok()
    );
    println!(
        "too far back: {}",
        file.seek(SeekFrom::Current(-1)).is_err()
    );
    Ok(())
}

fn arithmetic() -> Vec<u8> {
    let (mut x, mut bits, mut bytes) = (0.37_f64, 1_u64, Vec::new());
    for i in 0..20_000_u32 {
        x = 3.99 * x * (1.0 - x);
        bits = bits
            .wrapping_mul(6364136223846793005)
            .wrapping_add(u64::from(i))
            ^ x.to_bits();
        if i % 10 == 0 {
            bytes.extend((x.sin() as f32).to_le_bytes());
            bytes.extend(bits.rotate_left(i % 64).to_le_bytes());
        }
    }
    bytes
}
