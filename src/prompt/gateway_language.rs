//! Names of languages as the AI Gateway writes them into `model.lang` (gateway of August 2026, 100 languages). Editors put
//! them into their telemetry; intent detection has names of its own.

use std::{collections::HashMap, sync::LazyLock};

/// Name, then the extensions that it stands for.
const TABLE: &[&str] = &[
    "c c h",
    "cpp C H c++ cc cpp h++ hh hpp",
    "csharp cs",
    "go go",
    "java java",
    "js js jsx",
    "php php php3 php4 php5 phps phpt",
    "python py",
    "ruby rb",
    "rust rs",
    "scala scala",
    "ts ts tsx",
    "kotlin kt kts",
    "ada ada adb ads",
    "apex cls trigger",
    "arduino ino",
    "asm S asm s",
    "awk awk",
    "bash bash sh",
    "batch bat cmd",
    "bicep bicep",
    "c3 c3",
    "cairo cairo",
    "clojure clj cljc cljs",
    "cobol cbl cob cobol",
    "commonlisp cl lisp lsp",
    "crystal cr",
    "cuda cu cuh",
    "d d",
    "dart dart",
    "devicetree dts dtsi",
    "dockerfile dockerfile",
    "elisp el",
    "elixir ex exs",
    "elm elm",
    "erlang erl hrl",
    "fennel fnl",
    "fish fish",
    "fortran f f03 f08 f77 f90 f95 for",
    "fsharp fs fsi fsx",
    "gdscript gd",
    "gleam gleam",
    "glsl frag glsl vert",
    "groovy groovy gsh gvy gy",
    "hack hack",
    "hare ha",
    "haskell hs lhs",
    "haxe hx",
    "hcl hcl",
    "hlsl hlsl",
    "idris idr",
    "jai jai",
    "janet janet",
    "jq jq",
    "julia jl",
    "lua lua",
    "luau luau",
    "magik magik",
    "mojo mojo",
    "move move",
    "nim nim",
    "nix nix",
    "objc m mm",
    "ocaml ml mli",
    "odin odin",
    "pascal pas pp",
    "perl pl pm pod t",
    "pony pony",
    "powershell ps1 psd1 psm1",
    "prolog pro prolog",
    "purescript purs",
    "ql ql qll",
    "r R r",
    "racket rkt",
    "rescript res resi",
    "robot robot",
    "roc roc",
    "scheme scm ss",
    "smalltalk st",
    "solidity sol",
    "sourcepawn sp",
    "sql sql",
    "starlark bzl star",
    "svelte svelte",
    "swift swift",
    "systemverilog sv svh",
    "tact tact",
    "tcl tcl tk",
    "terraform tf tfvars",
    "tlaplus tla",
    "v vsh vv",
    "vb bas vb vbs",
    "verilog v",
    "vhdl vhd vhdl",
    "vim vim",
    "vue vue",
    "wgsl wgsl",
    "zig zig",
    "zsh zsh",
];

/// The table by extension; where two languages claim one, the first has it.
static BY_EXTENSION: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for row in TABLE {
        let mut words = row.split(' ');
        let name = words.next().unwrap_or_default();
        for extension in words {
            names.entry(extension).or_insert(name);
        }
    }
    names
});

/// The name for a file; empty if its extension is unknown.
pub fn of(file_name: &str) -> &'static str {
    file_name
        .rsplit(['/', '\\'])
        .next()
        .and_then(|base| base.rsplit_once('.'))
        .and_then(|(_, extension)| BY_EXTENSION.get(extension))
        .copied()
        .unwrap_or_default()
}

/// The name itself, if it is one of the gateway's.
pub fn known(name: &str) -> Option<&'static str> {
    let mut names = TABLE.iter().filter_map(|row| row.split(' ').next());
    names.find(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn names_follow_the_last_extension() {
        for (file, name) in [
            ("car.py", "python"),
            ("src/a.tsx", "ts"),
            ("a.test.js", "js"),
            ("A.C", "cpp"),
            ("a.c", "c"),
            ("a.PY", ""),
            ("Makefile", ""),
            ("", ""),
            ("dir.py/file", ""),
        ] {
            assert_eq!(of(file), name, "{file}");
        }
    }
}
