// Package platform implements what differs between operating systems: whether there is
// a system tray ([HasTray]) and its menu ([TrayMenu]), the icon in the dock ([Launcher]),
// notifications ([Notifier]), the system's file dialog ([Chooser]), files on the clipboard
// ([ReadClipboard]), whether the network is metered ([WatchMetered]), opening the file manager ([Reveal]), starting at login ([Autostart]) and storing secrets
// ([Keyring]). It also starts the program that the user chose ([StartProgram]) and plays a
// sound ([PlayFinished]). Each has its own file per system.
//
// Every use of D-Bus has its own connection, except [RegisterTrayIcon] and [TrayMenu]: the
// shared connection is that of the toolkit and of the keyring library.
//
// The package does not depend on Fyne or the upload engine, so that it is tested without a
// window; on Linux with a private D-Bus daemon. File names are passed as data, through
// D-Bus or as a program's argument, never through a shell. Functions block for as long
// as the other program takes, so they must not be called on the UI goroutine.
package platform
