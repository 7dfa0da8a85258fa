//! The real app on a desktop with virtual sound devices, used as a person would: by what the window shows, what is
//! said into the microphone and what comes out of the speaker.

#![cfg(target_os = "linux")]

#[path = "../support/mod.rs"]
mod support;

mod devices;
mod drawing;
mod echo;
mod incoming;
mod paste;
mod steps;
mod trouble;
mod two_calls;
mod window;
