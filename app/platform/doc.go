// Package platform is what differs from one operating system to the next, each
// concept in a file of its own with one implementation per system: whether
// there is a tray to hide in (HasTray), notifications (Notifier), the system's
// own file dialog (Chooser), whether the network is metered (WatchMetered),
// showing a file where it lies (Reveal), and keeping
// secrets (Keyring).
//
// Nothing here knows Fyne or uploads, so that all of it is tested without a
// window; on Linux against a private D-Bus daemon. File names are handed on as
// data: through D-Bus, or as an argument of a program, never through a shell.
// Everything may block for as long as the other program takes, and is therefore
// called from goroutines of the caller's, never from the UI's.
package platform
