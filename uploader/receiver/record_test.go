package receiver

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// FuzzEndpoint checks that a file that anyone may have changed leads to no secret that is
// easy to guess, and that what is valid is read again as it was written.
func FuzzEndpoint(f *testing.F) {
	for _, seed := range []string{
		"", "{", "null", `{"port":8080,"secret":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}`, `{"port":-1,"secret":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}`,
		`{"port":70000,"secret":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}`, `{"secret":"../../../../../../../../etc"}`, `{"secret":"AAAA/AAAAAAAAAAAAAAAAAAAAAAAAAA"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		saved, ok := parseEndpoint(text)
		if !ok {
			return
		}
		if len(saved.Secret) < 26 || strings.ContainsAny(saved.Secret, "/.%?#\\ ") || saved.Port < 0 || saved.Port > math.MaxUint16 {
			t.Errorf("%q is valid: %+v", text, saved)
		}
		again, err := json.Marshal(saved)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := parseEndpoint(again); !ok || got != saved {
			t.Errorf("%+v is read as %+v", saved, got)
		}
	})
}

// FuzzRecord checks that a damaged record leads to no path outside of the folder.
func FuzzRecord(f *testing.F) {
	const name = "0123456789abcdef0123456789abcdef.info"
	for _, seed := range []string{
		"", "{}", "null", "[]", `{"ID":"../../x","Size":3,"MetaData":{"filename":"../x"}}`, `{"Size":-1}`, `{"Size":1e30}`,
		`{"Size":3,"IsFinal":true,"PartialUploads":["../x"]}`, `{"Storage":{"Path":"/etc/passwd"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		info, err := parseRecord(name, text)
		if err != nil {
			return
		}
		if !validID(info.ID) || info.Size < 0 {
			t.Errorf("record %+v", info)
		}
		to := testNaming.targetOf(info.MetaData)
		for _, element := range append(to.folders, to.name) {
			checkName(t, element)
		}
	})
}
