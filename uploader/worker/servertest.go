package worker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// testRemovalTimeout is how long the removal of an upload that tests a server may take. It
// includes the waits for a server that does not show a new upload at once.
const testRemovalTimeout = 10 * time.Second

// Test finds out whether a server accepts uploads, before it is added. If its response to
// OPTIONS does not tell what it supports, an upload of [uploader.TestUploadSize] is created
// without data, so that it never completes, and removed again if the server allows that.
//
// The error is why the server could not be tested: it did not respond, requires a sign-in,
// cannot serve requests at the moment, or uses a host that is not allowed.
func Test(ctx context.Context, server uploader.Server, protocol uploader.Protocol) (uploader.ServerTest, error) {
	r := NewRemote(server, protocol)
	capabilities, err := r.Capabilities(ctx)
	if err != nil {
		return uploader.ServerTest{}, err
	}
	result := uploader.ServerTest{Capabilities: capabilities}
	switch {
	case server.Options.GivenURL:
		status, err := protocol.Head(ctx, server.Endpoint)
		if err != nil {
			return result, err
		}
		result.Upload = &status
	case !capabilities.Known:
		result.Creation, err = r.testCreation(ctx)
	}
	return result, err
}

// testCreation creates an upload at the path and with the metadata that a file has at this server.
func (r *Remote) testCreation(ctx context.Context) (uploader.CreationTest, error) {
	test := uploader.CreationTest{Name: testName()}
	transfer := uploader.Transfer{Source: source.File{Path: test.Name, Size: uploader.TestUploadSize, ModTime: time.Now()}}
	upload, err := r.protocol.Create(ctx, tus.CreateRequest{
		Size: uploader.TestUploadSize, Path: r.uploadPath(&transfer, ""), Metadata: r.metadata(&transfer, nil, false, uploader.BatchOptions{}),
	})
	switch {
	case err == nil:
	case isRefusal(err):
		test.Result, test.Fault = uploader.CreationRefused, fault.Of(err)
		return test, nil
	default:
		return uploader.CreationTest{}, err
	}
	removal, cancel := context.WithTimeout(ctx, testRemovalTimeout)
	defer cancel()
	err = r.Terminate(removal, Deletion{URL: upload.URL, Unconfirmed: createdNow()})
	if test.Result = uploader.CreationRemoved; err != nil {
		test.Result, test.Fault = uploader.CreationLeft, fault.Of(err)
	}
	return test, nil
}

// isRefusal reports whether a server that could be asked refused to create an upload.
func isRefusal(err error) bool {
	f := fault.Of(err)
	switch f.Kind {
	case fault.NotTus, fault.TooLarge, fault.Quota:
		return true
	case fault.Refused:
		return !f.ConcernsHost() && f.Code != fault.CodeServerSettings
	default:
		return false
	}
}

// testName returns a name that no other file has: some servers name uploads by their
// files, and an upload of an earlier test may still be there.
func testName() string {
	var random [4]byte
	_, _ = rand.Read(random[:]) // it never fails
	return "ferry-test-" + hex.EncodeToString(random[:])
}
