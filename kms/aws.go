package kms

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"

	"github.com/dulyhq/duly/words/fault"
)

// awsName is a key's ARN, an alias's, an alias or a key's id.
var awsName = regexp.MustCompile(`^(arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:(key/[A-Za-z0-9-]+|alias/[A-Za-z0-9/_-]+)|alias/[A-Za-z0-9/_-]+|[A-Za-z0-9-]{36})$`)

// awsKey returns what a URI names, and the region where it says one.
func awsKey(uri string) (id, region string, err error) {
	id = strings.TrimPrefix(uri, awsScheme)
	m := awsName.FindStringSubmatch(id)
	if m == nil {
		return "", "", wrong(fault.KeyAWS)
	}
	return id, m[2], nil
}

type awsWrapper struct {
	client *kms.Client
	id     string
}

func openAWS(ctx context.Context, uri string) (Wrapper, error) {
	id, region, err := awsKey(uri)
	if err != nil {
		return nil, err
	}
	var options []func(*config.LoadOptions) error
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("kms: AWS's own configuration cannot be read: %w", err)
	}
	if cfg.Region == "" {
		return nil, wrong(fault.KeyRegion)
	}
	return &awsWrapper{kms.NewFromConfig(cfg), id}, nil
}

// context is bound to the ciphertext, and stands in AWS's own log of who used the key.
func (w *awsWrapper) context(name string) map[string]string { return map[string]string{"duly": name} }

func (w *awsWrapper) Wrap(ctx context.Context, name string, plain []byte) ([]byte, error) {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	out, err := w.client.Encrypt(ctx, &kms.EncryptInput{KeyId: &w.id, Plaintext: plain, EncryptionContext: w.context(name)})
	if err != nil {
		return nil, awsFault(err)
	}
	return out.CiphertextBlob, nil
}

func (w *awsWrapper) Unwrap(ctx context.Context, name string, box []byte) ([]byte, error) {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	out, err := w.client.Decrypt(ctx, &kms.DecryptInput{KeyId: aws.String(w.id), CiphertextBlob: box, EncryptionContext: w.context(name)})
	if err != nil {
		return nil, awsFault(err)
	}
	return out.Plaintext, nil
}

// awsFault says what has to be mended. What AWS writes beside its code is left out, but for the code.
func awsFault(err error) error {
	var said smithy.APIError
	if !errors.As(err, &said) {
		return fmt.Errorf("%w (or no credentials of AWS were found)", ErrDown)
	}
	fault := ErrDenied
	switch said.ErrorCode() {
	case "DisabledException", "KMSInvalidStateException":
		fault = ErrOff
	case "NotFoundException":
		fault = ErrNoKey
	case "InvalidCiphertextException", "IncorrectKeyException":
		fault = ErrOther
	case "KMSInternalException", "DependencyTimeoutException", "KeyUnavailableException", "ThrottlingException", "LimitExceededException":
		fault = ErrDown
	}
	return fmt.Errorf("%w (%s)", fault, said.ErrorCode())
}
