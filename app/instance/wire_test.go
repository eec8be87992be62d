package instance

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ferryapp/ferry/uploader"
)

func FuzzDecodeRequest(f *testing.F) {
	for _, seed := range []string{
		`{"command":"send","paths":["L2E="],"to":"http://h/"}`, `{"command":"list","all":true}`, `{"command":"resume","changed":"restart"}`, `{"command":"show"}`,
		`{"command":"send","paths":[""]}`, `{"command":"send","paths":["AA=="]}`, `[]`, `null`, ``, `{"paths":[["a"]]}`,
		`{"command":"send","headers":["A: b"]}`, `{"command":"send","connections":4,"chunk":6000000,"limit":1,"follow_links":true}`, `{"command":"send","chunk":-1}`,
		`{"command":"send","settle":-1,"again":"no","earlier":"use","changed":"restart"}`, `{"command":"send","settle":-2}`, `{"command":"send","again":"maybe"}`,
		`{"command":"server-add","server":{"endpoint":"http://h/","chunkMin":1,"given":true,"metadata":["a=b"],"signIn":"bearer","secret":"x"},"force":true}`,
		`{"command":"server-edit","to":"h","server":{"preset":{"Endpoint":"http://h/","Options":{"chunkMax":1},"Access":{}},"noHosts":true,"hosts":[]}}`,
		`{"command":"send","paths":["L2E="],"urls":["http://h/1"]}`, `{"command":"send","paths":[],"urls":["http://h/1"]}`, `{"command":"server-list","urls":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		request, err := decodeRequest(line)
		if err != nil {
			return
		}
		for _, path := range request.Paths {
			if path == "" || strings.Contains(path, "\x00") {
				t.Errorf("accepted path %q", path)
			}
		}
		if o := request.Options; min(int64(o.Connections), o.ChunkMax, o.Limit) < 0 || o.SettleTime < uploader.NoSettleTime || !request.Answers.valid() {
			t.Errorf("accepted options %+v", o)
		}
		encoded, err := encodeRequest(request)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := decodeRequest(encoded[:len(encoded)-1])
		if err != nil {
			t.Fatalf("decode of encoded %q: %v", encoded, err)
		}
		if len(request.URLs) > 0 && len(request.URLs) != len(request.Paths) {
			t.Errorf("accepted %d upload URLs for %d paths", len(request.URLs), len(request.Paths))
		}
		if diff := cmp.Diff(request, decoded, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("after a round trip (-want +got):\n%s", diff)
		}
	})
}

func TestReadLine(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     string
		err      error
	}{
		{"a line and a rest", "abc\nrest", "abc", nil},
		{"an empty line", "\n", "", nil},
		{"maximum length", strings.Repeat("a", 100) + "\n", strings.Repeat("a", 100), nil},
		{"one byte too long", strings.Repeat("a", 101) + "\n", "", errLineTooLong},
		{"no newline", strings.Repeat("a", 5000), "", errLineTooLong},
		{"ends inside a line", "abc", "", io.ErrUnexpectedEOF},
		{"end of input", "", "", io.EOF},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readLine(bufio.NewReaderSize(bytes.NewBufferString(test.in), 16), 100)
			if string(got) != test.want || !errors.Is(err, test.err) {
				t.Errorf("got %q, %v, want %q, %v", got, err, test.want, test.err)
			}
		})
	}
}
