package servers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader"
)

func TestParseChallenges(t *testing.T) {
	basic, bearer := uploader.SignInBasic, uploader.SignInBearer
	for _, test := range []struct {
		text string
		want []challenge
	}{
		{"", nil},
		{"Basic", []challenge{{basic, ""}}},
		{`Basic realm="files"`, []challenge{{basic, "files"}}},
		{`BASIC REALM=files`, []challenge{{basic, "files"}}},
		{`Basic charset="UTF-8", realm="Studio, north \"wing\""`, []challenge{{basic, `Studio, north "wing"`}}},
		{`Bearer error="invalid_token", error_description="The access token expired"`, []challenge{{bearer, ""}}},
		{`Bearer realm="api", Basic realm="files"`, []challenge{{bearer, "api"}, {basic, "files"}}},
		{`Negotiate dG9rZW4=, Basic realm="files"`, []challenge{{basic, "files"}}},
		{`Digest realm="other", nonce="x", Bearer`, []challenge{{bearer, ""}}},
		{`realm="lost", , "`, nil},
		{`Basic realm="not closed`, []challenge{{basic, "not closed"}}},
	} {
		t.Run(test.text, func(t *testing.T) {
			if diff := cmp.Diff(test.want, parseChallenges(test.text), cmp.AllowUnexported(challenge{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseChallengesAcceptsAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parseChallenges(rapid.StringOfN(rapid.RuneFrom([]rune(`Basic="\, rlmé`)), 0, 60, -1).Draw(t, "text"))
	})
}

func TestWantedSignIn(t *testing.T) {
	none, bearer, basic, headers := uploader.SignInNone, uploader.SignInBearer, uploader.SignInBasic, uploader.SignInHeaders
	for _, test := range []struct {
		name      string
		saved     uploader.SignIn
		challenge string
		want      challenge
		known     bool
	}{
		{"nothing is known", none, "", challenge{kind: bearer}, false},
		{"the server says it", none, `Basic realm="files"`, challenge{basic, "files"}, true},
		{"the server accepts several", bearer, `Basic realm="files", Bearer realm="api"`, challenge{bearer, "api"}, true},
		{"the server accepts another", bearer, `Basic realm="files"`, challenge{basic, "files"}, true},
		{"the server says nothing", basic, "", challenge{kind: basic}, true},
		{"headers replace what the server says", headers, "Bearer", challenge{kind: headers}, true},
		{"a scheme that Ferry has not", none, "Negotiate", challenge{kind: bearer}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := uploader.Server{Access: uploader.Access{SignIn: test.saved}}
			got, known := wantedSignIn(server, test.challenge)
			if got != test.want || known != test.known {
				t.Errorf("got %+v, %v", got, known)
			}
		})
	}
}
