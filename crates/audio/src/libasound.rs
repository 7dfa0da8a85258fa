//! libasound writes to the standard error output of the program whenever it tries a device that is not there, which is
//! how devices are found.

/// Does the work; what libasound says meanwhile on this thread goes to the log.
#[cfg(target_os = "linux")]
pub(crate) fn with_errors_logged<T>(work: impl FnOnce() -> T) -> T {
    let said = alsa::Output::local_error_handler();
    let outcome = work();
    match said {
        Ok(said) => said.borrow().buffer_string(|text| {
            if !text.is_empty() {
                tracing::debug!(said = %String::from_utf8_lossy(text), "libasound tried in vain");
            }
        }),
        Err(error) => tracing::debug!(%error, "libasound could not be kept from writing to the terminal"),
    }
    outcome
}

/// Does the work.
#[cfg(not(target_os = "linux"))]
pub(crate) fn with_errors_logged<T>(work: impl FnOnce() -> T) -> T {
    work()
}
