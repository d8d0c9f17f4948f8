module llm-d-inference/local/toolchain/certificates

go 1.26
