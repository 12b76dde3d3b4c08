package avro

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"github.com/altostream/altostream/schemas"
)

// memory is a registry in memory that may be away.
type memory struct {
	texts []string
	away  bool
}

func (m *memory) Register(_, text string) (int, error) {
	m.texts = append(m.texts, text)
	return len(m.texts), nil
}

func (m *memory) Schema(_ string, id int) (string, error) {
	switch {
	case m.away:
		return "", fmt.Errorf("%w: connection refused", ErrUnavailable)
	case id < 1 || id > len(m.texts):
		return "", errors.New("unknown schema")
	}
	return m.texts[id-1], nil
}

func (m *memory) Subject(_, _ string) (Subject, error) { return Subject{}, nil }

func newSerde[T any](t *testing.T, r Registry, text string) *Serde[T] {
	t.Helper()
	s, err := NewSerde[T](r, "topic", text)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Register(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoundTripSparse(t *testing.T) {
	s := newSerde[schemas.RawTopology](t, &memory{}, schemas.RawTopologySchema)
	zero := uint32(0)
	for _, want := range []*schemas.RawTopology{
		{},
		{Topology: "t", Source: "s", Kind: schemas.KindNode, LocalNode: &schemas.NodeDescriptor{ASN: &zero}},
		{Attributes: &schemas.Attributes{SRAlgorithms: []uint8{0, 128}, PrefixAttributeFlags: []byte{}, IGPMetric: &zero}},
	} {
		b, err := s.Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestIdentifierKeepsAllBits(t *testing.T) {
	s := newSerde[schemas.RawTopology](t, &memory{}, schemas.RawTopologySchema)
	id := uint64(1<<63 | 5)
	b, err := s.Encode(&schemas.RawTopology{Identifier: &id})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Decode(b)
	if err != nil || *got.Identifier != id {
		t.Errorf("identifier = %v, %v", got.Identifier, err)
	}
}

type before struct {
	A string `avro:"a"`
	B *int64 `avro:"b"`
}

type after struct {
	B *int64   `avro:"b"`
	C []string `avro:"c"`
}

// TestResolution reads old records with new code and the reverse.
func TestResolution(t *testing.T) {
	const (
		old     = `{"type":"record","name":"R","fields":[{"name":"a","type":"string","default":""},{"name":"b","type":["null","long"],"default":null}]}`
		current = `{"type":"record","name":"R","fields":[{"name":"b","type":["null","long"],"default":null},{"name":"c","type":{"type":"array","items":"string"},"default":[]}]}`
	)
	r := &memory{}
	o, c := newSerde[before](t, r, old), newSerde[after](t, r, current)
	seven := int64(7)
	b, err := o.Encode(&before{A: "x", B: &seven})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Decode(b)
	if err != nil || !reflect.DeepEqual(got, &after{B: &seven}) {
		t.Errorf("new code reads %+v, %v", got, err)
	}
	if b, err = c.Encode(&after{B: &seven, C: []string{"y"}}); err != nil {
		t.Fatal(err)
	}
	back, err := o.Decode(b)
	if err != nil || !reflect.DeepEqual(back, &before{B: &seven}) {
		t.Errorf("old code reads %+v, %v", back, err)
	}
}

func TestDecodeGarbage(t *testing.T) {
	s := newSerde[schemas.CostMap](t, &memory{}, schemas.CostMapsSchema)
	good, err := s.Encode(&schemas.CostMap{CostMap: map[string]map[string]float64{"a": {"b": 1}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"empty":           {},
		"not framed":      []byte("hello, world"),
		"unknown schema":  {0, 0, 0, 0, 9, 0},
		"cut":             good[:len(good)-3],
		"trailing":        append(append([]byte{}, good...), 0),
		"only a header":   good[:headerLen],
		"huge block":      append(append([]byte{}, good[:headerLen]...), 0, 2, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
		"no union branch": append(append([]byte{}, good[:headerLen]...), 40),
	} {
		if v, err := s.Decode(b); err == nil {
			t.Errorf("%s: read as %+v", name, v)
		} else if errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: blamed on the registry: %v", name, err)
		}
	}
}

// TestDecodeOwn reads what the serde's own schema wrote while the registry is away: it does not ask.
func TestDecodeOwn(t *testing.T) {
	r := &memory{}
	s := newSerde[schemas.CostMap](t, r, schemas.CostMapsSchema)
	r.away = true
	b, err := s.Encode(&schemas.CostMap{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Decode(b); err != nil {
		t.Error(err)
	}
}

func TestDecodeWaitsForRegistry(t *testing.T) {
	r := &memory{}
	s := newSerde[schemas.CostMap](t, r, schemas.CostMapsSchema)
	b, err := s.Encode(&schemas.CostMap{})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := NewSerde[schemas.CostMap](r, "topic", schemas.CostMapsSchema)
	if err != nil {
		t.Fatal(err)
	}
	r.away = true
	if _, err := reader.Decode(b); !errors.Is(err, ErrUnavailable) {
		t.Errorf("registry away: %v", err)
	}
	r.away = false
	if _, err := reader.Decode(b); err != nil {
		t.Errorf("registry back: %v", err)
	}
}

func TestDial(t *testing.T) {
	if _, err := Dial("localhost:8081", nil, ""); err == nil {
		t.Error("an address without a scheme is accepted")
	}
	server := httptest.NewServer(srfake.New().Handler())
	defer server.Close()
	r, err := Dial(server.URL, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	id, err := r.Register("topic-value", schemas.CostMapsSchema)
	if err != nil {
		t.Fatal(err)
	}
	text, err := r.Schema("topic-value", id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newCodec(text); err != nil {
		t.Errorf("schema came back as %q: %v", text, err)
	}
	if _, err := r.Schema("topic-value", 999); !errors.Is(err, ErrUnavailable) {
		t.Errorf("unknown id, which may still come: %v", err)
	}
	r.missing[999] = time.Now().Add(-missingTime)
	if _, err := r.Schema("topic-value", 999); err == nil || errors.Is(err, ErrUnavailable) {
		t.Errorf("unknown id: %v", err)
	}
	if _, err := r.Register("topic-value", "no schema"); err == nil || errors.Is(err, ErrUnavailable) {
		t.Errorf("no schema: %v", err)
	}
}

func TestDialUserInfo(t *testing.T) {
	var user, password string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ = r.BasicAuth()
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id":1}`)
	}))
	defer server.Close()
	r, err := Dial(strings.Replace(server.URL, "http://", "http://alice:s3cret@", 1), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Register("s", `"string"`); err != nil || user != "alice" || password != "s3cret" {
		t.Errorf("user info = %q, %q, %v", user, password, err)
	}
}

// TestDialStatus says which answers of a registry are about it rather than the schema.
func TestDialStatus(t *testing.T) {
	for status, passing := range map[int]bool{401: true, 403: true, 500: true, 503: true, 409: false, 422: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"error_code": %d, "message": "no"}`, status)
		}))
		r, err := Dial(server.URL, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Register("s", `"string"`); err == nil || errors.Is(err, ErrUnavailable) != passing {
			t.Errorf("status %d: %v", status, err)
		}
		server.Close()
	}
}

func TestDialAway(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	address := server.URL
	server.Close()
	r, err := Dial(address, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Register("s", `"string"`); !errors.Is(err, ErrUnavailable) {
		t.Errorf("registry away: %v", err)
	}
}

func TestPlain(t *testing.T) {
	asn := uint32(100)
	got := Plain(map[string]*schemas.RawTopology{"k": {Kind: "node", LocalNode: &schemas.NodeDescriptor{ASN: &asn}, UnknownTLVs: []schemas.TLV{{Type: 9, Value: []byte{1}}}}})
	want := map[string]any{"k": map[string]any{
		"topology": "", "source": "", "kind": "node", "attributes_lost": false,
		"local_node":   map[string]any{"asn": asn},
		"unknown_tlvs": []any{map[string]any{"type": uint16(9), "value": []byte{1}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzDecode(f *testing.F) {
	r := &memory{}
	s, err := NewSerde[schemas.RawTopology](r, "topic", schemas.RawTopologySchema)
	if err != nil {
		f.Fatal(err)
	}
	if err := s.Register(); err != nil {
		f.Fatal(err)
	}
	current, err := parse(schemas.RawTopologySchema)
	if err != nil {
		f.Fatal(err)
	}
	var record schemas.RawTopology
	fill(current, reflect.ValueOf(&record).Elem(), new(int))
	seed, err := s.Encode(&record)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := s.Decode(b)
		if err != nil {
			return
		}
		if _, err := s.Encode(v); err != nil {
			t.Errorf("decoded but not encoded: %v", err)
		}
	})
}
