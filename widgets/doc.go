// Package widgets is what Ferry's window is built of: a list for very many
// rows, the row itself, a progress bar, banners, toasts, badges, a speed graph
// and the empty state.
//
// The widgets know nothing of uploads. They are told what to show by small
// values and say what the user did by calling functions; who builds them
// decides what that means. They take their colours and sizes from
// [github.com/ferryapp/ferry/widgets/theme] and their words from whoever uses
// them.
//
// A change that changes nothing to see costs nothing: the toolkit paints the
// FullText window again after every refresh, so a widget asks for one only when it
// looks different.
//
// Everything belongs to the goroutine of the user interface.
package widgets
