//! From bytes to a program that can start, or the reason why not.

use wasmparser::{Parser, Payload};
use wasmtime::{Config, Engine, InstancePre, Linker, Module, Strategy};

use crate::wasi::{self, World};
use crate::HostError;

/// Native stack for a program's calls.
const STACK_BYTES: usize = 1 << 20;
/// Each function costs the compiler something, however empty it is.
const MAX_FUNCTIONS: u32 = 50_000;

/// An engine on which equal programs compute equal results.
pub(crate) fn engine() -> Result<Engine, HostError> {
    let mut config = Config::new();
    config
        .strategy(compiler())
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        // Where the standard leaves bits open, one answer for all machines.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        // Not on every machine, so on none.
        .wasm_tail_call(false)
        // What no wasm32-wasip1 program needs only widens the ground for attacks.
        .wasm_memory64(false)
        .wasm_multi_memory(false);
    Engine::new(&config).map_err(HostError::engine)
}

/// Compiling is the one thing that no fuel and no deadline can end, so it must
/// take time in proportion to the program. Winch does, in one pass; Cranelift,
/// which optimises, takes minutes for 64 KiB that were written to hurt it. Winch
/// is complete on x86-64 only.
fn compiler() -> Strategy {
    if cfg!(target_arch = "x86_64") {
        Strategy::Winch
    } else {
        Strategy::Cranelift
    }
}

/// Compiles a program and checks that it asks for WASI preview 1 only. The
/// error says what is wrong with it.
pub(crate) fn load(engine: &Engine, program: &[u8]) -> Result<InstancePre<World>, String> {
    check_functions(program)?;
    let module = Module::from_binary(engine, program)
        .map_err(|error| format!("it is no valid WebAssembly module ({error:#})"))?;
    let mut linker = Linker::new(engine);
    wasi::define(&mut linker).map_err(|error| format!("{error:#}"))?;
    for import in module.imports() {
        let (from, name) = (import.module(), import.name());
        if from != wasi::MODULE {
            return Err(format!(
                "it imports {from}.{name}, which is not WASI preview 1"
            ));
        }
        if name.starts_with("sock_") {
            return Err(format!("it imports {name}, and a job has no network"));
        }
    }
    let start = module
        .get_export("_start")
        .and_then(|export| export.func().cloned())
        .ok_or("it exports no function _start")?;
    if start.params().len() > 0 || start.results().len() > 0 {
        return Err("its _start takes or returns values".to_owned());
    }
    linker
        .instantiate_pre(&module)
        .map_err(|error| format!("its imports do not fit WASI preview 1 ({error:#})"))
}

/// Counts the functions before the compiler sees them. What cannot be parsed
/// is left to the compiler, which says better what is wrong.
fn check_functions(program: &[u8]) -> Result<(), String> {
    for payload in Parser::new(0).parse_all(program) {
        match payload {
            Ok(Payload::FunctionSection(functions)) if functions.count() > MAX_FUNCTIONS => {
                return Err(format!(
                    "it has {} functions, and {MAX_FUNCTIONS} are allowed",
                    functions.count()
                ));
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    Ok(())
}
