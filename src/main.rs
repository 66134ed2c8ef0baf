//! The `glaneur` command: reads its words and hands over to the library.

fn main() -> std::process::ExitCode {
    glaneur::cli::main()
}
