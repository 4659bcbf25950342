//! What the picture shall be.

/// The longest side of a picture.
const MAX_SIDE: u32 = 4096;

/// Size and seed of a picture.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Another seed gives another landscape at another hour.
    pub seed: u32,
}

impl Options {
    /// Reads `key=value` lines, then arguments, which win.
    pub fn read(lines: &str, mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            width: 640,
            height: 400,
            seed: 7,
        };
        for line in lines.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line
                .split_once('=')
                .ok_or_else(|| format!("`{line}` is no key=value"))?;
            options.set(key.trim(), value.trim())?;
        }
        while let Some(arg) = args.next() {
            let key = arg
                .strip_prefix("--")
                .ok_or_else(|| format!("unexpected argument `{arg}`"))?;
            let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
            options.set(key, &value)?;
        }
        Ok(options)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let number: u32 = value
            .parse()
            .map_err(|_| format!("{key} must be a whole number, not `{value}`"))?;
        let side = match key {
            "width" => &mut self.width,
            "height" => &mut self.height,
            "seed" => {
                self.seed = number;
                return Ok(());
            }
            _ => {
                return Err(format!(
                    "unknown parameter `{key}`: use width, height or seed"
                ))
            }
        };
        if number == 0 || number > MAX_SIDE {
            return Err(format!("{key} must be 1 to {MAX_SIDE}"));
        }
        *side = number;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn read(lines: &str, args: &[&str]) -> Result<Options, String> {
        Options::read(lines, args.iter().map(|arg| (*arg).to_owned()))
    }

    #[test]
    fn arguments_win_over_standard_input() {
        let options = read("# small\nwidth = 32\nseed=1\n", &["--seed", "2"]).unwrap();
        assert_eq!((options.width, options.height, options.seed), (32, 400, 2));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert!(read("", &["--width", "0"]).unwrap_err().contains("width"));
        assert!(read("", &["--size", "9"]).unwrap_err().contains("size"));
        assert!(read("", &["--seed"]).unwrap_err().contains("--seed"));
        assert!(read("hello", &[]).unwrap_err().contains("hello"));
    }
}
