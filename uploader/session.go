package uploader

import "time"

// Session is the state of an upload on its server that is needed to resume it.
type Session struct {
	URL     string    // of the upload; "" until the server returned it, and for one that it completed without
	Parts   int       // in how many parts the file is uploaded, to be joined into URL; 0 for none
	Offset  int64     // acknowledged bytes; the response to HEAD takes precedence
	Sent    int64     // bytes handed to the network; for display, and to tell that a response may have been lost; never for resuming
	Expires Timestamp // when the server deletes the upload (Upload-Expires); zero if not known

	// Unconfirmed is when the upload at URL was created; zero once the server responded
	// to a request to it. A server that is eventually consistent may not find it before.
	Unconfirmed Timestamp
}

// Begun reports whether the server may have an upload of the file.
func (s Session) Begun() bool { return s.URL != "" || s.Parts > 0 || s.Complete() }

// Complete reports whether the server has all of the file and returned no URL for it. Its
// upload can be neither queried nor deleted. An empty file has no such session: it is
// created again if it could not be verified.
func (s Session) Complete() bool { return s.URL == "" && s.Parts == 0 && s.Offset > 0 }

// SameUpload reports whether both sessions are of one upload.
func (s Session) SameUpload(other Session) bool { return s.URL == other.URL && s.Parts == other.Parts }

// Part is a section of a file that is uploaded separately (tus 1.0.0, Concatenation).
type Part struct {
	Index   int
	URL     string // "" until the server returned it
	Start   int64  // in the file
	Length  int64
	Offset  int64 // acknowledged bytes of the part
	Expires time.Time

	Unconfirmed Timestamp // as in Session
}
