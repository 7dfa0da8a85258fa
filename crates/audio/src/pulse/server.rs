//! Where the server listens and which file lets us in, as the official client library finds them, but for what its
//! configuration files and the display say.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Length of the secret that server and clients share.
const COOKIE_LENGTH: usize = 256;
const PORT: u16 = 4713;

/// Where a server may listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    Unix(PathBuf),
    Tcp(String, u16),
}

/// The addresses to try, in this order. `machine` is the id of this computer.
pub(super) fn addresses(variable: impl Fn(&str) -> Option<OsString>, machine: &str) -> Vec<Address> {
    if let Some(list) = variable("PULSE_SERVER").filter(|list| !list.is_empty()) {
        return list.to_string_lossy().split_whitespace().filter_map(|word| address(word, machine)).collect();
    }
    let folder = |name: &str| variable(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let own = folder("PULSE_RUNTIME_PATH").or_else(|| folder("XDG_RUNTIME_DIR").map(|folder| folder.join("pulse")));
    let own = own.map(|folder| Address::Unix(folder.join("native")));
    let whole_system = Address::Unix("/run/pulse/native".into());
    own.into_iter().chain([whole_system]).collect()
}

/// One word of `PULSE_SERVER`, if it is meant for this computer and can be read.
fn address(word: &str, machine: &str) -> Option<Address> {
    let word = match word.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((other, _)) if other != machine => return None,
        Some((_, rest)) => rest,
        None => word,
    };
    if let Some(path) = word.strip_prefix("unix:") {
        return Some(Address::Unix(path.into()));
    }
    if word.starts_with('/') {
        return Some(Address::Unix(word.into()));
    }
    let host = ["tcp:", "tcp4:", "tcp6:"].into_iter().find_map(|kind| word.strip_prefix(kind)).unwrap_or(word);
    let (host, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Some(PORT), |port| port.parse().ok())?;
    (!host.is_empty()).then(|| Address::Tcp(host.to_owned(), port))
}

/// The files in which the secret may be, in this order.
fn cookie_files(variable: impl Fn(&str) -> Option<OsString>, home: Option<&Path>) -> Vec<PathBuf> {
    let file = |name: &str| variable(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let places = [
        file("PULSE_COOKIE"),
        file("XDG_CONFIG_HOME").map(|folder| folder.join("pulse/cookie")),
        home.map(|home| home.join(".config/pulse/cookie")),
        home.map(|home| home.join(".pulse-cookie")),
    ];
    places.into_iter().flatten().collect()
}

/// The secret, or nothing but zeros where there is none: a server of the same user lets us in without it, but only if it
/// has its length.
pub(super) fn cookie(variable: impl Fn(&str) -> Option<OsString>, home: Option<&Path>) -> Vec<u8> {
    let read = cookie_files(variable, home).into_iter().filter_map(|path| std::fs::read(path).ok());
    read.into_iter().find(|cookie| cookie.len() == COOKIE_LENGTH).unwrap_or_else(|| vec![0; COOKIE_LENGTH])
}

/// The id of this computer; empty if it has none.
pub(super) fn machine_id() -> String {
    let files = ["/etc/machine-id", "/var/lib/dbus/machine-id"];
    files.into_iter().find_map(|path| std::fs::read_to_string(path).ok()).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables<'a>(set: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
        |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
    }

    #[test]
    fn the_server_is_looked_for_where_its_own_library_looks() {
        let unix = |path: &str| Address::Unix(path.into());
        let tcp = |host: &str, port| Address::Tcp(host.into(), port);
        for (set, expected) in [
            (
                &[("XDG_RUNTIME_DIR", "/run/user/7")][..],
                vec![unix("/run/user/7/pulse/native"), unix("/run/pulse/native")],
            ),
            (
                &[("XDG_RUNTIME_DIR", "/x"), ("PULSE_RUNTIME_PATH", "/p")],
                vec![unix("/p/native"), unix("/run/pulse/native")],
            ),
            (&[], vec![unix("/run/pulse/native")]),
            (&[("PULSE_SERVER", ""), ("XDG_RUNTIME_DIR", "")], vec![unix("/run/pulse/native")]),
            (&[("PULSE_SERVER", "unix:/mnt/wslg/PulseServer")], vec![unix("/mnt/wslg/PulseServer")]),
            (&[("PULSE_SERVER", "/tmp/one  tcp:two:99")], vec![unix("/tmp/one"), tcp("two", 99)]),
            (&[("PULSE_SERVER", "{other}unix:/no {here}unix:/yes")], vec![unix("/yes")]),
            (
                &[("PULSE_SERVER", "studio tcp6:[::1]:5 tcp4:h [fe80::1] tcp:x:y")],
                vec![tcp("studio", PORT), tcp("::1", 5), tcp("h", PORT), tcp("fe80::1", PORT)],
            ),
        ] {
            assert_eq!(addresses(variables(set), "here"), expected, "{set:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_wherever_the_settings_of_the_person_are() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, byte: u8, length: usize| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, vec![byte; length]).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let home = folder.path();
        let config = home.join("settings");
        let set = [("XDG_CONFIG_HOME", config.to_str().unwrap())];
        assert_eq!(
            cookie(variables(&set), Some(home)),
            [0; COOKIE_LENGTH],
            "none, in the length that the server wants"
        );
        file(".pulse-cookie", 1, COOKIE_LENGTH);
        assert_eq!(cookie(variables(&set), Some(home)), [1; COOKIE_LENGTH]);
        file(".config/pulse/cookie", 2, COOKIE_LENGTH);
        assert_eq!(cookie(variables(&set), Some(home)), [2; COOKIE_LENGTH]);
        file("settings/pulse/cookie", 3, COOKIE_LENGTH);
        assert_eq!(cookie(variables(&set), Some(home)), [3; COOKIE_LENGTH]);
        let given = file("given", 4, COOKIE_LENGTH);
        assert_eq!(cookie(variables(&[("PULSE_COOKIE", &given), set[0]]), Some(home)), [4; COOKIE_LENGTH]);
        let torn = file("torn", 5, 10);
        assert_eq!(cookie(variables(&[("PULSE_COOKIE", &torn), set[0]]), Some(home)), [3; COOKIE_LENGTH]);
    }
}
