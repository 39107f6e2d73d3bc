// Ordinary Rust: collections, closures, formatting, files and directories, standard streams, errors of the host.
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, Read, Write};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let text = fs::read_to_string("/data/words.txt").expect("no words");
    for word in text.split_whitespace() {
        *counts.entry(word.to_string()).or_insert(0) += 1;
    }
    fs::create_dir_all("/data/out/deep").unwrap();
    let mut file = fs::File::create("/data/out/deep/counts").unwrap();
    for (word, count) in &counts {
        writeln!(file, "{word} {count}").unwrap();
    }
    drop(file);
    fs::rename("/data/out/deep/counts", "/data/out/counts").unwrap();
    fs::remove_dir("/data/out/deep").unwrap();
    let mut names: Vec<_> = fs::read_dir("/data/out").unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    println!("{args:?} {names:?} {}", fs::metadata("/data/out/counts").unwrap().len());
    println!("{:?}", fs::File::open("/etc/passwd").map(|_| ()).map_err(|e| e.kind()));
    println!("{:?}", fs::File::open("/data/../../etc/passwd").map(|_| ()).map_err(|e| e.kind()));
    println!("{:?}", std::env::var("MODE"));
    for line in io::stdin().lock().lines() {
        println!("{}", line.unwrap().chars().rev().collect::<String>());
    }
    let boxed: Box<dyn Fn(u64) -> u64> = Box::new(|n| (1..=n).product());
    println!("{}", boxed(20));
    let mut rest = String::new();
    io::stdin().read_to_string(&mut rest).unwrap();
    io::stderr().write_all(b"done\n").unwrap();
    std::process::exit(if counts.len() > 5 { 7 } else { 1 });
}
