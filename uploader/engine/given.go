package engine

import (
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// givenTaken reports whether another file goes, or went, to the one upload that
// the transfer's server is: the file that was there first.
func (l *loop) givenTaken(t *uploader.Transfer) *fault.Fault {
	server := l.servers[t.Server]
	if !server.Profile.Given {
		return nil
	}
	for other := range l.table.All() {
		if other.Server != t.Server || other.ID == t.ID {
			continue
		}
		if other = l.settled(other.ID); other == nil || other.Intent.GivenUp() {
			continue
		}
		if other.Session.URL == server.Endpoint || other.ID < t.ID && other.Unfinished() {
			f := fault.Newf(fault.Refused, fault.Create, "the upload URL is for one file, and is taken by transfer %d", other.ID)
			f.Code = fault.CodeGivenTaken
			return f
		}
	}
	return nil
}
