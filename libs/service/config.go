package service

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/kelseyhightower/envconfig"
)

// Config is the part of the configuration that all services share. Services embed
// it.
type Config struct {
	KafkaBootstrapServers string         `envconfig:"KAFKA_BOOTSTRAP_SERVERS" default:"localhost:9092" example:"kafka-1:9092,kafka-2:9092" desc:"brokers to start from"`
	KafkaProperties       Properties     `envconfig:"KAFKA_PROPERTIES" example:"security.protocol=SASL_SSL,sasl.mechanisms=SCRAM-SHA-512" desc:"further librdkafka settings, name=value,…"`
	SchemaRegistryURL     string         `envconfig:"SCHEMA_REGISTRY_URL" default:"http://localhost:8081" example:"https://user:password@registry:8081" desc:"schema registry with Confluent's API"`
	SchemaRegistryAccess  RegistryAccess `envconfig:"SCHEMA_REGISTRY_PROPERTIES" example:"ssl.ca.location=/etc/ca.pem,bearer.auth.token=…" desc:"its authority, our certificate, a bearer token, name=value,…"`
	HTTPListen            string         `envconfig:"HTTP_LISTEN" example:":9101" desc:"address of /healthz, /readyz and /metrics"`
	LogLevel              slog.Level     `envconfig:"LOG_LEVEL" default:"info" example:"debug" desc:"debug, info, warn or error"`
	LogFormat             string         `envconfig:"LOG_FORMAT" default:"text" example:"json" desc:"text or json"`
}

// Registry returns the address of the schema registry and how to be let in, as avro.Dial takes them.
func (c *Config) Registry() (address string, tls *tls.Config, token string) {
	return c.SchemaRegistryURL, c.SchemaRegistryAccess.TLS, c.SchemaRegistryAccess.Token
}

// Common returns the shared part of a configuration that embeds it.
func (c *Config) Common() *Config { return c }

// Configuration is a pointer to a service's configuration, which embeds Config.
type Configuration[C any] interface {
	*C
	Common() *Config
}

// Validate reports the first wrong value, naming its variable.
func (c *Config) Validate() error {
	if problem := bootstrapProblem(c.KafkaBootstrapServers); problem != "" {
		return Wrong("KAFKA_BOOTSTRAP_SERVERS", c.KafkaBootstrapServers, problem, "localhost:9092")
	}
	u, err := url.Parse(c.SchemaRegistryURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return Wrong("SCHEMA_REGISTRY_URL", c.SchemaRegistryURL, "is not an http(s) URL", "http://localhost:8081")
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return Wrong("LOG_FORMAT", c.LogFormat, "is neither text nor json", "json")
	}
	if _, _, err := net.SplitHostPort(c.HTTPListen); c.HTTPListen != "" && err != nil {
		return Wrong("HTTP_LISTEN", c.HTTPListen, "is not [host]:port", ":9101")
	}
	return nil
}

// bootstrapProblem says what is wrong with a list of brokers: librdkafka drops what it does
// not understand without a word.
func bootstrapProblem(servers string) string {
	if strings.TrimSpace(servers) == "" {
		return "is empty"
	}
	for server := range strings.SplitSeq(servers, ",") {
		server = strings.TrimSpace(server)
		if scheme, _, found := strings.Cut(server, "://"); found && strings.HasPrefix(scheme, "http") {
			return fmt.Sprintf("has %q: a broker is host:port, without %s://", server, scheme)
		}
		if _, port, err := net.SplitHostPort(server); err == nil {
			if _, err := strconv.ParseUint(port, 10, 16); err != nil {
				return fmt.Sprintf("has %q, whose port is no number in range", server)
			}
		}
	}
	return ""
}

// Properties are librdkafka settings: key=value,… with \, for a comma in a value.
type Properties map[string]string

// Decode reads key=value,… (envconfig).
func (p *Properties) Decode(text string) error {
	*p = Properties{}
	const comma = "\x00" // an environment variable cannot hold it
	for pair := range strings.SplitSeq(strings.ReplaceAll(text, `\,`, comma), ",") {
		pair = strings.ReplaceAll(pair, comma, ",")
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return errors.New(`is not name=value,… (a comma in a value is written \,)`)
		}
		(*p)[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	return nil
}

// ConfigError is a wrong value of one environment variable.
type ConfigError struct {
	Variable, Value, Problem, Example string
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("%s=%q %s; example: %s=%s", e.Variable, redact(e.Value), redact(e.Problem), e.Variable, e.Example)
}

// Places where a value may hold a secret: the user info of a URL, and settings with a
// telling name. A password may hold what ends it for us: nothing after it is shown.
var (
	userInfo = regexp.MustCompile(`//[^/@\s]*@`)
	secret   = regexp.MustCompile(`(?is)(password|secret|key|token)=.*`)
	md5      = regexp.MustCompile(`(?is)(;\s*md5)[^;,].*`)
)

// redact leaves out what may be a secret.
func redact(text string) string {
	text = secret.ReplaceAllString(userInfo.ReplaceAllString(text, "//…@"), "$1=…")
	return md5.ReplaceAllString(text, "$1=…")
}

// Wrong returns the error for a wrong value.
func Wrong(variable, value, problem, example string) error {
	return &ConfigError{variable, value, problem, example}
}

// Load fills *config from the environment, lets each adjust change it, and validates
// it. Its error names the variable, what is wrong with it and an example.
func Load[C any](config *C, adjust ...func(*C)) error {
	if err := envconfig.Process("", config); err != nil {
		var pe *envconfig.ParseError
		if !errors.As(err, &pe) {
			return missing(reflect.TypeFor[C](), err)
		}
		return Wrong(pe.KeyName, pe.Value, problem(pe), example(reflect.TypeFor[C](), pe.FieldName))
	}
	for _, f := range adjust {
		f(config)
	}
	if v, ok := any(config).(interface{ Validate() error }); ok {
		return v.Validate()
	}
	return nil
}

// missing names a required variable that is not set.
func missing(t reflect.Type, err error) error {
	for _, field := range reflect.VisibleFields(t) {
		if name := field.Tag.Get("envconfig"); field.Tag.Get("required") == "true" && strings.Contains(err.Error(), " "+name+" ") {
			return Wrong(name, "", "is missing", field.Tag.Get("example"))
		}
	}
	return err
}

func problem(pe *envconfig.ParseError) string {
	switch {
	case strings.HasPrefix(pe.TypeName, "time.Duration"):
		return "is not a duration"
	case strings.HasPrefix(pe.TypeName, "int"), strings.HasPrefix(pe.TypeName, "uint"):
		return "is not a number in range"
	case strings.HasPrefix(pe.TypeName, "bool"):
		return "is neither true nor false"
	case strings.HasSuffix(pe.TypeName, "netip.Addr"):
		return "is not an IP address"
	case strings.HasSuffix(pe.TypeName, "slog.Level"):
		return "is not debug, info, warn or error"
	}
	return pe.Err.Error()
}

func example(t reflect.Type, field string) string {
	if f, ok := t.FieldByName(field); ok {
		return f.Tag.Get("example")
	}
	return ""
}
