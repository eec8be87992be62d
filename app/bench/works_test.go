//go:build linux

package bench_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// work is what several clients do, for comparison.
type work struct {
	name  string
	unit  unit
	start func(*testing.T, *inputs, sizes) setting
}

// setting is what a work is done with. Its server ends with the test.
type setting struct {
	server   *uploadtest.TusdBinary
	endpoint string
	source   fileSet
	clients  []client
}

// inputs are the sources of the works. Works with the same one share it.
type inputs struct {
	folder   string
	made     map[inputKey]fileSet
	profiles map[string]bool
}

type inputKey struct {
	files int
	size  int64
}

// files returns a folder with count files of a size.
func (in *inputs) files(t *testing.T, count int, size int64) fileSet {
	t.Helper()
	key := inputKey{count, size}
	if s, made := in.made[key]; made {
		return s
	}
	s, err := newFileSet(filepath.Join(in.folder, fmt.Sprintf("%d-of-%d", count, size)), count, size)
	if err != nil {
		t.Fatal(err)
	}
	in.made[key] = s
	return s
}

// Lines of the works, by the time of a round trip.
var (
	line50ms  = uploadtest.Line{Delay: 25 * time.Millisecond}
	line100ms = uploadtest.Line{Delay: 50 * time.Millisecond, Rate: 20_000_000 / 8}
)

// bareAtOnce is the number of files that clients without a default upload at once.
const bareAtOnce = 16

func works() []work {
	return []work{
		{name: "one large file", unit: megabytes, start: largeFile},
		{name: "one large file over TLS", unit: megabytes, start: largeFileOverTLS},
		{name: "one large file over 8 connections", unit: megabytes, start: largeFileInParts},
		{name: "some small files", unit: files, start: someFiles},
		{name: "many small files", unit: files, start: manyFiles},
		{name: "small files, line of 50 ms", unit: files, start: filesOverLine},
		{name: "large file, line of 100 ms with 20 Mbit/s a connection", unit: megabytes, start: largeFileOverLine},
		{name: "ferry list with queued files", unit: seconds, start: listWithRows},
		{name: "ferry send of one small file with queued files", unit: seconds, start: sendWithRows},
	}
}

func largeFile(t *testing.T, in *inputs, size sizes) setting {
	server := uploadtest.NewTusdBinary(t)
	return setting{server, server.Endpoint, in.files(t, 1, size.large), []client{ferry("ferry"), curl(), bare(1), tusJSClient(t, 1)}}
}

func largeFileOverTLS(t *testing.T, in *inputs, size sizes) setting {
	server := uploadtest.NewTusdBinary(t, uploadtest.WithTLS())
	return setting{server, server.Endpoint, in.files(t, 1, size.large), []client{ferry("ferry"), curl()}}
}

func largeFileInParts(t *testing.T, in *inputs, size sizes) setting {
	server := uploadtest.NewTusdBinary(t)
	return setting{server, server.Endpoint, in.files(t, 1, size.large), []client{
		ferry("ferry, 8 connections", "--connections", "8"), ferry("ferry, 1 connection", "--connections", "1"),
	}}
}

func someFiles(t *testing.T, in *inputs, size sizes) setting {
	server := uploadtest.NewTusdBinary(t)
	return setting{server, server.Endpoint, in.files(t, size.some, smallSize), []client{
		ferry("ferry"), ferryWithServer(t, "ferry, one request a file", "--one-request"), bare(bareAtOnce), tusJSClient(t, bareAtOnce),
	}}
}

func manyFiles(t *testing.T, in *inputs, size sizes) setting {
	server := uploadtest.NewTusdBinary(t)
	return setting{server, server.Endpoint, in.files(t, size.many, smallSize), []client{
		ferry("ferry").atMost(size.fewRounds), ferryWithServer(t, "ferry, one request a file", "--one-request").atMost(size.fewRounds), bare(bareAtOnce).atMost(size.fewRounds),
	}}
}

func filesOverLine(t *testing.T, in *inputs, size sizes) setting {
	server, endpoint := overLine(t, line50ms)
	return setting{server, endpoint, in.files(t, size.line, smallSize), []client{ferry("ferry"), bare(bareAtOnce)}}
}

func largeFileOverLine(t *testing.T, in *inputs, size sizes) setting {
	server, endpoint := overLine(t, line100ms)
	return setting{server, endpoint, in.files(t, 1, size.slow), []client{
		ferry("ferry"), ferry("ferry, 1 connection", "--connections", "1").atMost(size.fewRounds),
	}}
}

// overLine starts a server that is reached through a line.
func overLine(t *testing.T, line uploadtest.Line) (server *uploadtest.TusdBinary, endpoint string) {
	server = uploadtest.NewTusdBinary(t)
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Emulate(line)
	return server, proxy.URL(server.Endpoint)
}

func listWithRows(t *testing.T, in *inputs, size sizes) setting {
	server := uploadtest.NewTusdBinary(t)
	s := setting{server: server, endpoint: server.Endpoint, source: in.files(t, 0, 0)}
	for _, count := range size.rows {
		s.clients = append(s.clients, ferryList(fmt.Sprintf("ferry, %d files", count), in.profile(t, count)))
	}
	return s
}

func sendWithRows(t *testing.T, in *inputs, size sizes) setting {
	server := uploadtest.NewTusdBinary(t)
	s := setting{server: server, endpoint: server.Endpoint, source: in.files(t, 1, smallSize)}
	for _, count := range size.rows {
		s.clients = append(s.clients, ferry(fmt.Sprintf("ferry, %d files", count), "--again", "yes").in(in.profile(t, count)))
	}
	return s
}
