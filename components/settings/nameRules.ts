import { eppTlsNames, extProcFilterName, gatewayNames, releaseNames } from "../contract";
import type { Problem } from "./errors";
import { refused } from "./errors";
import type { Model, Settings } from "./schema";

/** Kubernetes' limit for the names of Services and of label values. */
const maxNameLength = 63;

/** The setting of a model: below `models` where there are several, at the top level otherwise. */
export function at(model: Model, settings: Settings, setting: string): string {
    return settings.models.length === 1 && model.release === settings.release
        ? setting
        : `models.${model.release}.${setting}`;
}

function tooLong(setting: string, value: string, names: string[]): Problem[] {
    return names
        .filter((name) => name.length > maxNameLength)
        .sort((one, other) => other.length - one.length)
        .slice(0, 1)
        .map((name) =>
            refused(
                setting,
                value,
                `, because it makes the name ${name} of ${String(name.length)} characters`,
                `at most ${String(value.length - (name.length - maxNameLength))} characters`,
            ),
        );
}

/** The class is part of the name of the Gateway's Service as the release is: the one that is to blame is named. */
export function longGatewayName({ release, gateway }: Settings): Problem[] {
    const { gatewayService } = gatewayNames(release, gateway.className);
    const fitsByDefault = gatewayNames(release, "istio").gatewayService.length <= maxNameLength;
    return fitsByDefault
        ? tooLong("gateway.className", gateway.className, [gatewayService])
        : tooLong("release", release, [gatewayNames(release, "istio").gatewayService]);
}

/** Names of a model's objects that would be too long. */
export function longModelNames(model: Model, settings: Settings): Problem[] {
    const { decode, prefill, proxy, epp } = releaseNames(model.release, model.modelRelease);
    const { extProc, routing } = settings;
    // Names of objects are their labels' values as well.
    const filters = extProc.enabled && routing.backend === "Service" ? [extProcFilterName(epp)] : [];
    const own = eppTlsNames(epp);
    const secrets = [
        ...(model.epp.tls?.certificate === undefined ? [] : [own.certificate]),
        ...(model.epp.tls?.ca === undefined ? [] : [own.ca]),
    ];
    const isOnly = at(model, settings, "") === "";
    return [
        ...tooLong(isOnly ? "release" : `models.${model.release}`, model.release, [
            proxy,
            ...filters,
            ...secrets,
        ]),
        ...tooLong(at(model, settings, "modelRelease"), model.modelRelease, [prefill, decode]),
    ];
}
