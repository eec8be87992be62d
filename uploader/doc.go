// Package uploader defines the vocabulary of Ferry's upload engine and the contracts
// that its parts agree on.
//
// A [Transfer] is the record of one file going to one [Server], a [Batch] is what was
// added together. Commands of the user are [Command] values; what there is to show is
// a [Snapshot]. The engine keeps its state in a [Store] and sends files over a
// [Protocol]; both are interfaces implemented elsewhere.
//
// The package contains values and pure functions: it does no I/O, starts no goroutine
// and keeps no state. Values that are reachable from a Snapshot are immutable and may
// be read from any goroutine. Errors of Store and Protocol are [fault.Fault] values.
//
// Names of states, phases, intents, event kinds, sign-in methods and JSON fields are
// stored or printed for machines and must not change.
package uploader
