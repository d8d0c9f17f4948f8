// Package preprocessing stands in for the renderer of chat templates. See package kvcache.
package preprocessing

// ChatMessage is a message of a chat.
type ChatMessage struct {
	Role    string
	Content string
}

// RenderJinjaTemplateRequest is what the scorer fills from a request.
type RenderJinjaTemplateRequest struct {
	Conversations             []ChatMessage
	Tools                     []any
	Documents                 []any
	ChatTemplate              string
	ReturnAssistantTokensMask bool
	ContinueFinalMessage      bool
	AddGenerationPrompt       bool
	ChatTemplateKWArgs        map[string]any
}
