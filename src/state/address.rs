//! Where the server of a data directory listens, for commands that ask it or print its URL. With a fixed port the settings say
//! so; with port 0 the server that began last has noted it in a file.

use std::{
    fs,
    io::{self, Write},
    net::SocketAddr,
};

use crate::config::Settings;

const FILE_NAME: &str = "address";

/// Notes the address that the server is bound to, if the settings leave it open.
pub fn note_address(settings: &Settings, bound: SocketAddr) -> io::Result<()> {
    if settings.server.listen.port() != 0 {
        return Ok(());
    }
    let folder = &settings.instance.data_dir;
    // Whole under its name or not at all.
    let draft = folder.join(format!(".{}", uuid::Uuid::new_v4()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    write!(options.open(&draft)?, "{bound}")?;
    fs::rename(&draft, folder.join(FILE_NAME))
}

/// The address of the server: that of the settings, or the one that was noted. With port 0 if there was none yet.
pub fn address(settings: &Settings) -> SocketAddr {
    let given = settings.server.listen;
    if given.port() != 0 {
        return given;
    }
    let noted = fs::read_to_string(settings.instance.data_dir.join(FILE_NAME));
    let noted = noted.ok().and_then(|text| text.trim().parse().ok());
    noted.unwrap_or(given)
}
