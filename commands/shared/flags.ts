import { InvalidArgumentError } from "commander";

/** A flag's parser: a whole number within limits. */
export function wholeNumber(least: number, most: number): (value: string) => number {
    return (value) => {
        const number = Number(value);
        if (!/^\d+$/.test(value) || number < least || number > most) {
            throw new InvalidArgumentError(
                `allowed: a whole number from ${String(least)} to ${String(most)}`,
            );
        }
        return number;
    };
}

/** A flag's parser: a URL that requests can be sent to. */
export function httpUrl(value: string): string {
    if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
        throw new InvalidArgumentError("allowed: an http or https URL, e.g. http://203.0.113.7:80");
    }
    return value;
}
