// Package platform is what differs from one operating system to the next, each
// concept in a file of its own with one implementation per system: whether there
// is a tray to hide in (HasTray), notifications (Notifier), the system's own file
// dialog (Chooser), files copied in the file manager (Copied), whether the network
// is metered (WatchMetered), showing a file where it lies (Reveal), starting at
// login (Autostart), and keeping secrets (Keyring).
//
// Ferry's own conversations over D-Bus have connections of their own. The one that
// the toolkit and the keyring's library share carries nothing else of Ferry's but
// what concerns the toolkit's tray icon (ShowInTray).
//
// Nothing here knows Fyne or uploads, so that all of it is tested without a
// window; on Linux against a private D-Bus daemon. File names are handed on as
// data: through D-Bus, or as an argument of a program, never through a shell.
// Everything may block for as long as the other program takes, and is therefore
// called from goroutines of the caller's, never from the UI's.
package platform
