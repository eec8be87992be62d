// Package widgets provides the parts of Ferry's window: list rows, progress bars,
// banners, toasts, tooltips, badges, a speed graph and the empty state. The list is
// in package list, dialogs are in package dialog.
//
// The widgets are independent of uploads: they show plain values and report user
// actions by calling functions. All texts come from the caller; colours and sizes
// come from [github.com/ferryapp/ferry/widgets/theme].
//
// Fyne repaints the whole window for every refresh, so a widget requests one only
// if its appearance changes.
//
// Everything here must be used on the UI goroutine.
package widgets
