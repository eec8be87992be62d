package presets

import "github.com/ferryapp/ferry/uploader"

// plain is any tus server, of which only the address is known.
var plain = Preset{
	Name:   "tus",
	Fields: []Field{{Name: "address", Example: "https://uploads.example.com/files/", parse: address}},
	server: func(v Values) uploader.Server { return uploader.Server{Endpoint: v["address"]} },
}
