package uploader

import (
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// TestUploadSize is the length in bytes of the upload that a test of a server creates. It
// is the smallest that is not complete once it is created, so that the server never
// processes it as a file, and no server is too full or too strict for it.
const TestUploadSize = 1

// ServerTest is what a test of a server found out. It is advice: the user may add the
// server in any case.
type ServerTest struct {
	// Capabilities are what the server responded to OPTIONS. If they are not known,
	// Capabilities.Response is what it responded instead.
	Capabilities tus.Capabilities

	// Creation is whether the server creates uploads. It is tried only if the
	// capabilities are not known and the address is not an upload URL.
	Creation CreationTest

	// Upload is the upload whose URL is the address; nil unless Options.GivenURL.
	Upload *tus.Status
}

// CreationTest is the result of creating an upload of [TestUploadSize] without data.
type CreationTest struct {
	Result CreationResult

	// Name is the name of the file in the metadata of the upload; "" if none was tried.
	Name string

	// Fault is why the upload was not created (CreationRefused) or not removed
	// (CreationLeft, where it may be nil).
	Fault *fault.Fault
}

// CreationResult is what became of an upload that tests a server.
type CreationResult uint8

// The results of a [CreationTest].
const (
	CreationNotTried CreationResult = iota
	CreationRemoved                 // created, and removed again
	CreationLeft                    // created, and still on the server: it does not remove uploads
	CreationRefused                 // not created
)

// TestOutcome is the outcome of a [ServerTest] as it is shown.
type TestOutcome uint8

// The outcomes of a [ServerTest].
const (
	// TestReady means that the server told what it supports, or has the upload whose URL
	// is the address.
	TestReady TestOutcome = iota

	// TestUndeclared means that the server creates uploads but did not tell what it
	// supports. Basic uploads work.
	TestUndeclared

	// TestRefused means that the server refused to create the upload of the test. Other
	// files may be accepted, or the settings of the server are incomplete.
	TestRefused

	// TestNotTus means that the address does not accept uploads: it is that of a web
	// server, or of another page of a tus server.
	TestNotTus
)

// Outcome returns the outcome of the test.
func (t ServerTest) Outcome() TestOutcome {
	switch {
	case t.Creation.Result == CreationRefused && t.Creation.Fault.Kind == fault.NotTus:
		return TestNotTus
	case t.Creation.Result == CreationRefused:
		return TestRefused
	case t.Creation.Result == CreationNotTried:
		return TestReady
	default:
		return TestUndeclared
	}
}
