/** Text as it stands in HTML, also within an attribute's quotes. */
export function escapeHtml(text: string): string {
    return text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
