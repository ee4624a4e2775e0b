"""Compile the properties of a rule: their order of calculation, their methods and the options of choices."""

from __future__ import annotations

from textile_pcf.messages.message import Message
from textile_pcf.methods import METHODS, Method
from textile_pcf.rules.compile_defaults import DefaultCompiler, DocumentPath
from textile_pcf.rules.schema import ChosenDefault, Property
from textile_pcf.rules.specs import PRODUCT, PropertySpec, comparison_key
from textile_pcf.units import Unit, convert, parse_unit

MAX_NAMES = 20  # names that a message about a circle lists


class PropertyCompiler(DefaultCompiler):
    """Order the properties of a rule so that each follows those it needs, and compile each."""

    def model_path(self, stage: int, *rest: str | int) -> DocumentPath:
        """Return the path in the document of something of a stage or of the product."""
        return ("product", *rest) if stage == PRODUCT else ("stages", stage, *rest)

    def order_properties(self) -> None:
        """Order the properties by what they need, ties in the order as written; add a problem for a circle."""
        owners = [(PRODUCT, self.written.product.properties)]
        owners += [(index, stage.properties) for index, stage in enumerate(self.written.stages)]
        self.models = {(stage, name): model for stage, models in owners for name, model in models.items()}
        self.property_index = dict.fromkeys(self.models, -1)  # key() must know the names
        needs = {key: set(self.needs(key)) for key in self.models}
        users: dict[tuple[int, str], list[tuple[int, str]]] = {}
        for key, needed in needs.items():
            for need in needed:
                users.setdefault(need, []).append(key)
        position = {key: number for number, key in enumerate(self.models)}
        open_needs = {key: len(needed) for key, needed in needs.items()}
        ready = [key for key, count in open_needs.items() if not count]
        while ready:  # first what needs nothing, in the order as written; then what needs only that; and so on
            self.order += ready
            following: list[tuple[int, str]] = []
            for user in (user for key in ready for user in users.get(key, ())):
                open_needs[user] -= 1
                following += [user] if not open_needs[user] else []
            ready = sorted(following, key=position.__getitem__)
        self.check_circles([key for key, count in open_needs.items() if count])
        self.property_index = {key: index for index, key in enumerate(self.order)}

    def check_circles(self, waiting: list[tuple[int, str]]) -> None:
        """Add a problem for properties that need each other, or one that does, and append them to the order."""
        if waiting:
            stage, name = waiting[0]
            circle = ", ".join([name for _, name in waiting[:MAX_NAMES]] + ["..."] * (len(waiting) > MAX_NAMES))
            path = self.model_path(stage, "properties", name)
            self.problem(
                path,
                Message("These properties need each other in a circle: {circle}.", circle=circle),
                "Give one of them a value.",
            )
        self.order += waiting

    def needs(self, key: tuple[int, str]) -> list[tuple[int, str]]:
        """Return the properties whose values must be known before this one's."""
        stage, model = key[0], self.models[key]
        method = METHODS.get(model.method or "")
        names = [model.inputs.get(name, name) for name in method.inputs] if method else []
        if isinstance(model.value, ChosenDefault):
            names.append(model.value.by)
        if isinstance(model.value, str) and not model.choice:
            names.append(model.value)
        keys = [self.key(stage, name) for name in names]
        return [need for need in keys if need is not None]

    def property_spec(self, stage: int, name: str) -> PropertySpec:
        """Check and compile one property."""
        model = self.models[stage, name]
        path = self.model_path(stage, "properties", name)
        unit = self.unit(model.unit or ("1" if model.choice else None), (*path, "unit"))
        self.check_options(model, (*path, "choice"))
        return PropertySpec(
            index=self.property_index[stage, name],
            id=name,
            stage=stage,
            unit=unit,
            component=stage != PRODUCT and self.written.stages[stage].scope == "component",
            optional=model.optional,
            choice=tuple(model.options),
            titles=tuple(model.options.values()),
            default=self.default(model, stage, path, unit, unit),
            method=METHODS.get(model.method or ""),
            inputs=self.method_inputs(model, stage, path, unit),
            plausible=self.plausible_band(model, path, unit, unit),
        )

    def check_options(self, model: Property, path: DocumentPath) -> None:
        """Add a problem where two options of a choice share an id or a name, in which capitals and blanks do not count."""
        keys = [comparison_key(option) for option in model.choice or ()]
        if len(set(keys)) != len(keys):
            self.problem(path, "An option is given twice.", "Write each option once.")
        option_of: dict[str, str] = dict(zip(keys, model.options, strict=False))
        for option, title in model.options.items():
            for name in (title.en, title.zh or "") if title else ():
                if name and option_of.setdefault(comparison_key(name), option) != option:
                    what = Message(
                        "{name!r} may mean {option_of!r} or {option!r}.",
                        name=name,
                        option_of=option_of[comparison_key(name)],
                        option=option,
                    )
                    self.problem((*path, option), what, "Give each word a name of its own.")

    def method_inputs(self, model: Property, stage: int, path: DocumentPath, unit: Unit) -> dict[str, int]:
        """Return the index of the property that each input of the method takes; check names and dimensions."""
        if model.method is None:
            if model.inputs:
                self.problem((*path, "inputs"), "There are inputs but no method.", "Add `method:`.")
            return {}
        method = METHODS.get(model.method)
        if method is None:
            close, known = self.near(model.method, METHODS), ", ".join(METHODS)
            cure = Message("Did you mean {close!r}?", close=close) if close else Message("There are: {known}.", known=known)
            self.problem((*path, "method"), Message("There is no method {method!r}.", method=model.method), cure)
            return {}
        if model.value is not None:
            what = "A value and a method stand together; the method would never be used."
            self.problem((*path, "method"), what, "Take one of them out.")
        if convert(parse_unit(method.output), unit) is None:
            what = Message(
                "{method} gives {output}, which cannot be converted to {unit}.",
                method=method.name,
                output=method.output,
                unit=unit.text,
            )
            self.problem((*path, "unit"), what, Message("Write `unit: {output}`.", output=method.output))
        self._check_input_names(model, method, path)
        indices: dict[str, int] = {}
        for name, input_unit in method.inputs.items():
            index = self.find_property(stage, model.inputs.get(name, name), (*path, "method"))
            if index is None or self.is_choice(index, model.inputs.get(name, name), (*path, "inputs")):
                continue
            other = self.models[self.order[index]]
            if other.unit and convert(self.unit(other.unit, path), parse_unit(input_unit)) is None:
                what = Message(
                    "Input {name!r} of {method} is in {input_unit}, but the property is in {unit}.",
                    name=name,
                    method=method.name,
                    input_unit=input_unit,
                    unit=other.unit,
                )
                self.problem((*path, "inputs"), what, "Bind another property, or give it that unit.")
            indices[name] = index
        return indices

    def _check_input_names(self, model: Property, method: Method, path: DocumentPath) -> None:
        """Add a problem for each bound input that the method does not have."""
        cure = Message("Its inputs are: {inputs}.", inputs=", ".join(method.inputs))
        for name in model.inputs:
            if name not in method.inputs:
                what = Message("{method} has no input {name!r}.", method=method.name, name=name)
                self.problem((*path, "inputs", name), what, cure)
